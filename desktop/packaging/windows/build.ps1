# UNRUN: written to the documented interfaces of PyInstaller, the WiX Toolset (3.14) and Inno Setup (6); nobody ran it yet.
# Builds E-İmza Uygulaması on Windows: the folder out\desktop\eimza, an installer for one person without administrator
# rights (Inno Setup), and an MSI for administrators who hand it out to many computers.
#   desktop\packaging\windows\build.ps1
# Needs Python 3.11, heat/candle/light (WiX) and iscc (Inno Setup) in the PATH. EIMZA_AUTHORITY and EIMZA_RELEASES_ROOT are
# those of desktop/packaging/build.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Set-Location (Join-Path $PSScriptRoot '..\..\..')
$venv = 'out\build-venv'
$python = "$venv\Scripts\python.exe"
if (-not (Test-Path $python)) { py -3.11 -m venv $venv }
& $python -m pip install -q --require-hashes -r requirements\build.txt
& $python -m pip install -q --no-deps --no-build-isolation --force-reinstall .\card .\wire .\desktop
$data = & $python -c 'import anahtar_desktop; print(anahtar_desktop.__path__[0])'
Remove-Item -ErrorAction SilentlyContinue "$data\authority.pub", "$data\releases-root.json"
if ($env:EIMZA_AUTHORITY) { Copy-Item "$env:EIMZA_AUTHORITY\authority.pub" $data }
if ($env:EIMZA_RELEASES_ROOT) { Copy-Item $env:EIMZA_RELEASES_ROOT "$data\releases-root.json" }
$env:PYTHONHASHSEED = '0'
$env:SOURCE_DATE_EPOCH = git log -1 --format=%ct
$out = 'out\desktop'
if (Test-Path $out) { Remove-Item -Recurse -Force $out }
& $python -m PyInstaller --noconfirm --log-level WARN --distpath $out --workpath "$out\work" desktop\packaging\eimza.spec
Remove-Item -Recurse -Force "$out\work"
Copy-Item LICENSE "$out\eimza"
if ($env:EIMZA_AUTHORITY) { Copy-Item "$env:EIMZA_AUTHORITY\authority.toml*" "$out\eimza" }
$version = (& "$out\eimza\eimza.exe" --version) -replace '[^0-9.]', ''
iscc /Q "/DVersion=$version" "/O$out" desktop\packaging\windows\eimza.iss
heat dir "$out\eimza" -nologo -gg -g1 -srd -sreg -scom -dr PROGRAM -cg Files -var var.Built -out "$out\files.wxs"
candle -nologo -arch x64 "-dBuilt=$out\eimza" "-dVersion=$version" -out "$out\" "$out\files.wxs" desktop\packaging\windows\eimza.wxs
light -nologo -out "$out\eimza-$version.msi" "$out\files.wixobj" "$out\eimza.wixobj"
Remove-Item "$out\files.wxs", "$out\*.wixobj", "$out\*.wixpdb"
Get-ChildItem $out -File | Get-FileHash -Algorithm SHA256
