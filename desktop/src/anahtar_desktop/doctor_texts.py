"""What Sistem Kontrolü can find, in both languages: what is so, and the one thing to do about it (empty: nothing)."""

from __future__ import annotations

from enum import StrEnum


class Found(StrEnum):
    """A finding's key; it never changes its meaning, for people read it out on the telephone."""

    PROGRAM = "program"
    AUTHORITY = "authority"
    RELEASE_NEWEST = "release-newest"
    RELEASE_NEWER = "release-newer"
    RELEASE_NONE = "release-none"
    RELEASE_NOT_ASKED = "release-not-asked"
    RELEASE_STALE = "release-stale"
    RELEASE_UNTRUSTED = "release-untrusted"
    SERVICE_RUNS = "service-runs"
    SERVICE_VIRTUAL = "service-virtual"
    SERVICE_MISSING = "service-missing"
    SERVICE_STOPPED = "service-stopped"
    RIGHTS_MISSING = "rights-missing"
    READER_THERE = "reader-there"
    READER_NONE = "reader-none"
    DRIVER_MISSING = "driver-missing"
    CARD_AWAKE = "card-awake"
    CARD_NONE = "card-none"
    CARD_MUTE = "card-mute"
    CARD_SHARED = "card-shared"
    CARD_SHARED_BY = "card-shared-by"
    CARD_UNKNOWN = "card-unknown"
    CARD_FAILED = "card-failed"
    SHARERS = "sharers"
    JOURNAL_WRITABLE = "journal-writable"
    JOURNAL_UNWRITABLE = "journal-unwritable"
    ACT_OPEN = "act-open"
    SERVER_UNNAMED = "server-unnamed"
    SERVER_REACHED = "server-reached"
    SERVER_GONE = "server-gone"
    SERVER_SLOW = "server-slow"
    SERVER_UNTRUSTED = "server-untrusted"
    SERVER_RUBBISH = "server-rubbish"
    UPDATE_NEEDED = "update-needed"
    CERTIFICATE_GOOD = "certificate-good"
    CERTIFICATE_ENDS = "certificate-ends"
    CERTIFICATE_LOCAL = "certificate-local"
    CLOCK_RIGHT = "clock-right"
    CLOCK_WRONG = "clock-wrong"
    SESSION_LOCAL = "session-local"
    SESSION_REMOTE = "session-remote"


FOUND: dict[Found, tuple[tuple[str, str], tuple[str, str]]] = {
    Found.PROGRAM: (("Program sürümü: {release}", ""), ("Program version: {release}", "")),
    Found.AUTHORITY: (("Kurum: {name}. Destek: {support}", ""), ("Authority: {name}. Support: {support}", "")),
    Found.RELEASE_NEWEST: (("Programın en yeni sürümü bu.", ""), ("This is the newest version of the program.", "")),
    Found.RELEASE_NEWER: (
        ("Programın yeni sürümü var: {release}.", "Portaldan indirip kurun. Program kendini değiştirmez."),
        (
            "There is a newer version: {release}.",
            "Download and install it from the portal. The program never replaces itself.",
        ),
    ),
    Found.RELEASE_NONE: (
        ("Portalda bu sistem için program henüz yayımlanmadı.", ""),
        ("The portal has not published the program for this system yet.", ""),
    ),
    Found.RELEASE_NOT_ASKED: (
        ("Yeni sürüm olup olmadığı sorulamadı.", "Daha sonra yeniden deneyin."),
        ("The program could not ask whether there is a newer version.", "Try again later."),
    ),
    Found.RELEASE_STALE: (
        (
            "Sürüm listesinin süresi doldu; yeni sürüm olup olmadığı bilinmiyor.",
            "Bilgisayarın saatini denetleyin; saat doğruysa kurumun desteğine bildirin.",
        ),
        (
            "The list of versions is out of date; it is not known whether there is a newer one.",
            "Check the computer's clock; if it is right, tell the authority's support.",
        ),
    ),
    Found.RELEASE_UNTRUSTED: (
        (
            "Sürüm listesi kurumun imzasını taşımıyor ya da eskisiyle değiştirilmiş.",
            "Hiçbir program indirmeyin; kurumun desteğine bildirin.",
        ),
        (
            "The list of versions is not signed by the authority, or an older one was put in its place.",
            "Do not download any program; tell the authority's support.",
        ),
    ),
    Found.SERVICE_RUNS: (("Kart okuyucu hizmeti çalışıyor.", ""), ("The card reader service is running.", "")),
    Found.SERVICE_VIRTUAL: (
        ("PROVA: sanal okuyucular kullanılıyor; kart okuyucu hizmeti gerekmez.", ""),
        ("PROVA: virtual readers are used; no card reader service is needed.", ""),
    ),
    Found.SERVICE_MISSING: (
        ("Kart okuyucu desteği kurulu değil.", "Programı kart okuyucu desteğiyle (pcsc) yeniden kurun."),
        ("Support for card readers is not installed.", "Install the program again with reader support (pcsc)."),
    ),
    Found.SERVICE_STOPPED: (
        ("Kart okuyucu hizmeti çalışmıyor.", "Şunu çalıştırın: {command}"),
        ("The card reader service is not running.", "Run this: {command}"),
    ),
    Found.RIGHTS_MISSING: (
        (
            "Hesabınızın kart okuyucu hizmetini kullanma yetkisi yok.",
            "Bilgisayarın başında oturum açın ya da yöneticiden pcscd yetkisi isteyin.",
        ),
        (
            "Your account is not allowed to use the card reader service.",
            "Sign in at the computer itself, or ask its administrator for the right to use pcscd.",
        ),
    ),
    Found.READER_THERE: (("Kart okuyucu: {reader}", ""), ("Card reader: {reader}", "")),
    Found.READER_NONE: (
        ("Kart okuyucu bulunamadı.", "Okuyucuyu başka bir USB yuvasına, arada çoğaltıcı olmadan takın."),
        ("No card reader was found.", "Plug the reader into another USB port, without a hub between."),
    ),
    Found.DRIVER_MISSING: (
        (
            "USB'de bir kart okuyucu var ({product}), ancak hizmet onu tanımıyor.",
            "Okuyucunun sürücüsünü kurun (Debian ve Pardus: libccid), sonra okuyucuyu çıkarıp takın.",
        ),
        (
            "There is a card reader on USB ({product}) that the service does not know.",
            "Install its driver (Debian and Pardus: libccid), then unplug the reader and plug it in again.",
        ),
    ),
    Found.CARD_AWAKE: (
        ("{reader}: kart {serial} yanıt veriyor. {state}", ""),
        ("{reader}: card {serial} answers. {state}", ""),
    ),
    Found.CARD_NONE: (
        ("{reader}: kart yok.", "Kartı, yongası yukarı bakacak biçimde sonuna kadar itin."),
        ("{reader}: no card.", "Push the card in until it stops, its chip facing up."),
    ),
    Found.CARD_MUTE: (
        (
            "{reader}: kart takılı ama yanıt vermiyor.",
            "Kartı ters çevirin, yongasını kuru bir bezle silin ve yeniden takın.",
        ),
        (
            "{reader}: there is a card, but it does not answer.",
            "Turn the card over, wipe its chip with a dry cloth and insert it again.",
        ),
    ),
    Found.CARD_SHARED: (
        ("{reader}: kartı başka bir program kullanıyor.", "Kart kullanan öteki programları kapatın."),
        ("{reader}: another program uses the card.", "Close the other programs that use the card."),
    ),
    Found.CARD_SHARED_BY: (
        ("{reader}: kartı başka bir program kullanıyor; olası: {programs}.", "Bu programı kapatın: {programs}"),
        ("{reader}: another program uses the card, probably {programs}.", "Close this program: {programs}"),
    ),
    Found.CARD_UNKNOWN: (
        ("{reader}: bu program bu kartı tanımıyor.", "Zarftan çıkan e-imza kartını takın."),
        ("{reader}: the program does not know this card.", "Insert the e-signature card that came in the envelope."),
    ),
    Found.CARD_FAILED: (
        ("{reader}: kart okunamadı ({problem}).", "Kartı çıkarıp takın; sürerse bu raporla destek isteyin."),
        (
            "{reader}: the card could not be read ({problem}).",
            "Reinsert the card; if that does not help, contact support with this report.",
        ),
    ),
    Found.SHARERS: (
        ("Kart okuyucu hizmetini kullanan öteki programlar: {programs}", ""),
        ("Other programs that use the card reader service: {programs}", ""),
    ),
    Found.JOURNAL_WRITABLE: (
        ("Program kendi kayıt klasörüne yazabiliyor.", ""),
        ("The program can write to its record folder.", ""),
    ),
    Found.JOURNAL_UNWRITABLE: (
        (
            "Program kayıt klasörüne yazamıyor; kartı değiştiren komut göndermez.",
            "Diskte yer açın ve klasör yetkisini verin.",
        ),
        (
            "The program cannot write to its record folder; it sends no command that changes a card.",
            "Free some disk space and allow the program to write to the folder.",
        ),
    ),
    Found.ACT_OPEN: (
        ("Yarım kalan bir işlem var: kart {serial}.", "Sonucunu öğrenmek için bu kartı takın ve programı açın."),
        (
            "An operation was interrupted: card {serial}.",
            "Insert this card and start the program to learn how it ended.",
        ),
    ),
    Found.SERVER_UNNAMED: (
        ("Ayarlarda sunucu adresi yok; kilit çözme yapılamaz.", "Programı kurumunuzun indirme sayfasından kurun."),
        (
            "The settings name no server; unlocking is not possible.",
            "Install the program from your authority's download page.",
        ),
    ),
    Found.SERVER_REACHED: (
        ("Sunucuya ulaşıldı: {name} ({release}).", ""),
        ("The server answers: {name} ({release}).", ""),
    ),
    Found.SERVER_GONE: (
        ("Sunucuya ulaşılamadı.", "İnternet bağlantısını ve vekil sunucu (proxy) ayarını denetleyin."),
        ("The server cannot be reached.", "Check the internet connection and the proxy setting."),
    ),
    Found.SERVER_SLOW: (
        ("Sunucu zamanında yanıt vermedi.", "Birkaç dakika sonra yeniden denetleyin."),
        ("The server did not answer in time.", "Check again in a few minutes."),
    ),
    Found.SERVER_UNTRUSTED: (
        (
            "Sunucunun sertifikasına güvenilmiyor; arada başka bir cihaz olabilir.",
            "Başka bir ağdan deneyin; ağın giriş sayfası varsa tarayıcıda tamamlayın.",
        ),
        (
            "The server's certificate is not trusted; another device may be in between.",
            "Try another network; if the network has its own sign-in page, complete it in the browser.",
        ),
    ),
    Found.SERVER_RUBBISH: (
        ("Adresten beklenen sunucu yanıt vermedi.", "Ağın giriş sayfası varsa tarayıcıda tamamlayın."),
        (
            "What answers at the address is not the expected server.",
            "If the network has its own sign-in page, complete it in the browser.",
        ),
    ),
    Found.UPDATE_NEEDED: (
        ("Sunucu programın daha yeni bir sürümünü bekliyor.", "Programın yeni sürümünü portaldan indirin."),
        ("The server expects a newer version of the program.", "Download the new version from the portal."),
    ),
    Found.CERTIFICATE_GOOD: (
        ("Sunucu sertifikası geçerli; bitiş: {ends}.", ""),
        ("The server's certificate is valid until {ends}.", ""),
    ),
    Found.CERTIFICATE_ENDS: (
        (
            "Sunucu sertifikasının süresi yakında doluyor: {ends}.",
            "Sizin yapmanız gereken bir şey yok; kuruma bildirin.",
        ),
        ("The server's certificate ends soon: {ends}.", "There is nothing for you to do; tell the authority."),
    ),
    Found.CERTIFICATE_LOCAL: (
        ("Sunucu bu bilgisayarda; bağlantı şifresizdir ve dışarı çıkmaz.", ""),
        ("The server is on this computer; the connection is plain and does not leave it.", ""),
    ),
    Found.CLOCK_RIGHT: (("Bilgisayarın saati doğru.", ""), ("The computer's clock is right.", "")),
    Found.CLOCK_WRONG: (
        (
            "Bilgisayarın saati sunucununkinden farklı; fark (saniye): {seconds}.",
            "Saatin kendiliğinden ayarlanmasını açın.",
        ),
        ("The clock differs from the server's by {seconds} s.", "Have the clock set automatically."),
    ),
    Found.SESSION_LOCAL: (("Bilgisayarın başındasınız.", ""), ("You are at the computer itself.", "")),
    Found.SESSION_REMOTE: (
        (
            "Uzak oturumdasınız: program, uzak bilgisayardaki okuyucuları görür.",
            "Programı, okuyucunun takılı olduğu bilgisayarda çalıştırın.",
        ),
        (
            "This is a remote session: the program sees the remote computer's readers.",
            "Run the program on the computer that the reader is plugged into.",
        ),
    ),
}


def found(what: Found, language: str, **facts: object) -> tuple[str, str]:
    """Return what is so and what to do about it, in `language` (`tr` or `en`)."""
    turkish, english = FOUND[what]
    said, fix = english if language.startswith("en") else turkish
    return said.format(**facts), fix.format(**facts)
