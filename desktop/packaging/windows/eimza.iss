; UNRUN: written to the documentation of Inno Setup 6; nobody ran it yet. Run by build.ps1.
; Installs for one person, without administrator rights, in that person's own folder, with the links eimza:// of that person
; (the same keys as anahtar_desktop/register_windows.py writes).
[Setup]
AppId={{5D0C55B0-6F0B-4C0E-9A53-6A1E2B7D9C41}
AppName=E-İmza Uygulaması
AppVersion={#Version}
AppPublisher=Anahtar
PrivilegesRequired=lowest
DefaultDirName={localappdata}\Programs\eimza
DisableProgramGroupPage=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
OutputBaseFilename=eimza-{#Version}-kurulum
SourceDir=..\..\..\out\desktop
LicenseFile=eimza\LICENSE
Compression=lzma2
SolidCompression=yes
CloseApplications=yes

[Languages]
Name: tr; MessagesFile: compiler:Languages\Turkish.isl
Name: en; MessagesFile: compiler:Default.isl

[Files]
Source: eimza\*; DestDir: {app}; Flags: recursesubdirs ignoreversion

[InstallDelete]
; What an older release brought and this one does not.
Type: filesandordirs; Name: {app}\_internal

[Icons]
Name: {userprograms}\E-İmza Uygulaması; Filename: {app}\eimzaw.exe; Parameters: window

[Registry]
Root: HKCU; Subkey: Software\Classes\eimza; ValueType: string; ValueData: URL:E-İmza Uygulaması; Flags: uninsdeletekey
Root: HKCU; Subkey: Software\Classes\eimza; ValueType: string; ValueName: URL Protocol; ValueData: ""
Root: HKCU; Subkey: Software\Classes\eimza\shell\open\command; ValueType: string; ValueData: """{app}\eimzaw.exe"" open ""%1"""
