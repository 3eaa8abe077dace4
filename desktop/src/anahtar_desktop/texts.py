"""Every text of the program that is not a problem (those are the wire's), in Turkish and English, under one key.

A fact stands as `{name}`, the same ones in both languages; it never carries a suffix and nothing is counted with it.
"""

from __future__ import annotations

from enum import StrEnum, auto


class Text(StrEnum):
    """The key of a text."""

    PROGRAM = auto()
    REHEARSAL = auto()
    # Questions
    ASK_CODE = auto()
    ASK_CARD_AGAIN = auto()
    ASK_CHOICE = auto()
    ASK_DUTIES = auto()
    ASK_PIN = auto()
    ASK_NEW_PIN = auto()
    ASK_NEW_PIN_AGAIN = auto()
    ASK_LAST_TRY = auto()
    ASK_SMS = auto()
    ASK_WEB = auto()
    CONFIRMATION_WAYS = auto()
    METHODS = auto()
    METHOD_SMS = auto()
    METHOD_SMS_TO = auto()
    METHOD_WEB = auto()
    NOT_UNDERSTOOD = auto()
    # What is shown
    CLAIMED_NES = auto()
    CLAIMED_SEAL = auto()
    CARD = auto()
    CARD_OF = auto()
    CARD_HOLDER = auto()
    OTHER_CARD = auto()
    WANTED_CARD = auto()
    DUTIES_TITLE = auto()
    DUTIES = auto()
    RULE = auto()
    RULE_TAKEN = auto()
    LAST_TRY = auto()
    TRIES_UNKNOWN = auto()
    PAD_KEYBOARD = auto()
    SMS_SENT = auto()
    # Status
    PIN_ACTIVE = auto()
    PIN_TRIES_UNTOLD = auto()
    PIN_IN_USE = auto()
    PIN_LOCKED = auto()
    PIN_NONE_YET = auto()
    PIN_DEAD = auto()
    PUK_TRIES = auto()
    READER = auto()
    # Progress
    LOOKING = auto()
    LEAVE_CARD = auto()
    FINDING_OUT = auto()
    SETTLING = auto()
    # Which PIN is active
    DONE = auto()
    TRUTH_NEW = auto()
    TRUTH_OLD = auto()
    TRUTH_LOCKED = auto()
    TRUTH_NONE = auto()
    TRY_USED = auto()
    SERVER_NOT_TOLD = auto()
    OPEN_ENTRY = auto()
    # Stopping
    LEFT_BEHIND_NOTHING = auto()
    LEFT_BEHIND_CODE = auto()
    # Terminal
    HELP = auto()
    HELP_UNLOCK = auto()
    HELP_CHANGE = auto()
    HELP_STATUS = auto()
    HELP_WINDOW = auto()
    HELP_DOCTOR = auto()
    HELP_REGISTER = auto()
    HELP_OPEN = auto()
    HELP_LINK = auto()
    HELP_REMOVE = auto()
    HELP_REPORT = auto()
    HELP_FILE = auto()
    HELP_ARGUMENTS = auto()
    HELP_JSON = auto()
    HELP_LANGUAGE = auto()
    HELP_SELF = auto()
    HELP_VERSION = auto()
    HELP_USAGE = auto()
    HELP_COMMANDS = auto()
    HELP_OPTIONS = auto()
    HELP_EXITS = auto()
    MAN_NAME = auto()
    MAN_SYNOPSIS = auto()
    MAN_EXITS = auto()
    MAN_ENVIRONMENT = auto()
    MAN_CONFIG = auto()
    USAGE_SECRET = auto()
    USAGE_NO_WINDOW = auto()
    USAGE_NO_LIBRARY = auto()
    USAGE_SETTINGS = auto()
    USAGE_SERVER = auto()
    CODE_LINE = auto()
    REPORT_SAVED = auto()
    REPORT_NOT_SAVED = auto()
    REGISTERED = auto()
    UNREGISTERED = auto()
    REGISTER_FAILED = auto()


TEXTS: dict[Text, tuple[str, str]] = {
    Text.PROGRAM: ("E-İmza Uygulaması", "E-İmza Uygulaması"),
    Text.REHEARSAL: (
        "PROVA: Bu bir provadır; kartlar ve sertifikalar gerçek değildir.",
        "PROVA: This is a rehearsal; its cards and certificates are not real.",
    ),
    Text.ASK_CODE: ("Doğrulama kodu (ABCD-EFGH-JKLM): ", "Verification code (ABCD-EFGH-JKLM): "),
    Text.ASK_CARD_AGAIN: (
        "Hazır olunca Enter'a basın; kart okuyuculara yeniden bakılır. ",
        "Press Enter when ready; the card readers are looked at again. ",
    ),
    Text.ASK_CHOICE: ("Numarasını yazın: ", "Type its number: "),
    Text.ASK_DUTIES: (
        "Okudum ve kabul ediyorum (evet için E, vazgeçmek için H): ",
        "I have read and accept this (Y for yes, N to stop): ",
    ),
    Text.ASK_PIN: ("PIN Kodu: ", "PIN Kodu (PIN): "),
    Text.ASK_NEW_PIN: ("Yeni PIN Kodu: ", "Yeni PIN Kodu (new PIN): "),
    Text.ASK_NEW_PIN_AGAIN: ("Yeni PIN Kodu (Tekrar): ", "Yeni PIN Kodu (Tekrar) (new PIN again): "),
    Text.ASK_LAST_TRY: (
        "Yine de denemek için kart seri numarasının son 4 hanesini yazın: ",
        "To try all the same, type the last 4 digits of the card's serial number: ",
    ),
    Text.ASK_SMS: ("SMS onay kodu: ", "SMS confirmation code: "),
    Text.ASK_WEB: ("WEB Parola: ", "WEB Parola (web password): "),
    Text.CONFIRMATION_WAYS: (
        "Kod gelmediyse Y (yeniden gönder), başka yöntem için B yazın. Kalan hak: {tries_left}. Son saat: {until}.",
        "If no code came, type R (send again); for another method, type O. Tries left: {tries_left}. Until: {until}.",
    ),
    Text.METHODS: ("Nasıl onaylamak istersiniz?", "How do you want to confirm?"),
    Text.METHOD_SMS: ("SMS Onay", "SMS Onay (SMS confirmation)"),
    Text.METHOD_SMS_TO: ("SMS Onay: {to}", "SMS Onay (SMS confirmation): {to}"),
    Text.METHOD_WEB: ("WEB Parola", "WEB Parola (web password)"),
    Text.NOT_UNDERSTOOD: ("Yazılan anlaşılmadı; yeniden yazın.", "That was not understood; type it again."),
    Text.CLAIMED_NES: (
        "Doğrulama kodu kabul edildi. NES · {holder} · kart {serial}. Bu bilgisayar: {computer}.",
        "The verification code was accepted. NES · {holder} · card {serial}. This computer: {computer}.",
    ),
    Text.CLAIMED_SEAL: (
        "Doğrulama kodu kabul edildi. Mali Mühür · {holder} · kart {serial}. Bu bilgisayar: {computer}.",
        "The verification code was accepted. Mali Mühür · {holder} · card {serial}. This computer: {computer}.",
    ),
    Text.CARD: ("{reader}: kart {serial} ({family}). {state}", "{reader}: card {serial} ({family}). {state}"),
    Text.CARD_OF: (
        "{reader}: {holder} · kart {serial} ({family}). {state}",
        "{reader}: {holder} · card {serial} ({family}). {state}",
    ),
    Text.CARD_HOLDER: ("Sertifika sahibi: {holder}", "Holder: {holder}"),
    Text.OTHER_CARD: (
        "{reader}: kart {serial}. Bu karta dokunulmadı.",
        "{reader}: card {serial}. This card was left alone.",
    ),
    Text.WANTED_CARD: ("Gereken kart: {serial}", "The card that is needed: {serial}"),
    Text.DUTIES_TITLE: ("Kilit Çözme Bilgilendirme", "Kilit Çözme Bilgilendirme (about unlocking)"),
    Text.DUTIES: (
        "• PIN kodunuzu güvenle saklamak sizin sorumluluğunuzdadır; kimseye söylemeyin, kartın yanına yazmayın.\n"
        "• PIN art arda 3 kez eşleşmezse kilitlenir; onu yalnız portaldaki PIN Oluşturma/Kilit Çözme açar.\n"
        "• PUK ile hiçbir programda işlem yapmayın: 3 yanlış PUK kartı kullanım dışı bırakır, kart ücretle yenilenir.\n"
        "• Hiç kimse sizi arayıp doğrulama kodunu, SMS onay kodunu ya da PIN'i sormaz; soran olursa vazgeçin.\n"
        "• Yeni PIN yalnız bu bilgisayarda yazılır ve yalnız karta gider; sunucu onu hiçbir zaman görmez.\n"
        "• Onaydan sonra kart birkaç saniye açık kalır; bu sırada kartı çıkarmayın. O ana kadar vazgeçebilirsiniz.",
        "• Keeping your PIN safe is your own duty: tell nobody and do not write it down next to the card.\n"
        "• If the PIN does not match 3 times in a row, it locks; then only an unlock through the portal opens it.\n"
        "• Do not use the PUK in any program: 3 wrong PUKs put the card out of use, and there is a fee for a new one.\n"
        "• Nobody will ever call and ask for the verification code, the SMS code or the PIN; if someone does, stop.\n"
        "• The new PIN is typed on this computer only and goes to the card only; the server never sees it.\n"
        "• After the confirmation the card is open for a few seconds; do not remove it then. Until then you can stop.",
    ),
    Text.RULE: (
        "Yeni PIN {shortest} ile {longest} rakam arasında olmalı; tek rakamın tekrarı, ardışık sayı ya da kişisel bir "
        "numaranızın parçası olmamalı.",
        "The new PIN must have {shortest} to {longest} digits; it must not be one digit repeated, a rising or falling "
        "run, or part of a personal number of yours.",
    ),
    Text.RULE_TAKEN: ("Yeni PIN kurala uyuyor.", "The new PIN meets the rule."),
    Text.LAST_TRY: (
        "Son deneme hakkı: PIN bu kez eşleşmezse kilitlenir. Onu ancak portalda yeni bir işlem açar. Kart {serial}.",
        "Last try: if the PIN does not match this time, it locks; then only a new unlock opens it. Card {serial}.",
    ),
    Text.PAD_KEYBOARD: (
        "Okuyucunuzun tuş takımı var; bu kartın PIN komutu oradan gönderilemez. PIN'i klavyeden yazın.",
        "Your reader has a keypad, but this card's PIN command cannot be sent from it. Type the PIN on the keyboard.",
    ),
    Text.TRIES_UNKNOWN: (
        "Bu kart kalan deneme hakkını söylemiyor.",
        "This card does not say how many tries are left.",
    ),
    Text.SMS_SENT: ("SMS onay kodu şu numaraya gönderildi: {to}", "The SMS confirmation code was sent to: {to}"),
    Text.PIN_ACTIVE: ("PIN etkin, kalan deneme hakkı: {tries}", "PIN active, tries left: {tries}"),
    Text.PIN_TRIES_UNTOLD: (
        "PIN etkin; kart kalan deneme hakkını söylemiyor",
        "PIN active; the card does not say how many tries are left",
    ),
    Text.PIN_IN_USE: ("PIN etkin", "PIN active"),
    Text.PIN_LOCKED: ("PIN kilitli", "PIN locked"),
    Text.PIN_NONE_YET: ("PIN henüz oluşturulmadı", "no PIN yet"),
    Text.PIN_DEAD: ("Kullanım dışı kart", "dead card"),
    Text.PUK_TRIES: ("PUK kalan deneme hakkı: {tries}", "PUK tries left: {tries}"),
    Text.READER: ("{reader}: {state}", "{reader}: {state}"),
    Text.LOOKING: ("Kartlara bakılıyor…", "Looking at the cards…"),
    Text.LEAVE_CARD: (
        "PIN kodu karta yazılıyor; kartı çıkarmayın…",
        "The PIN is being written to the card; do not remove it…",
    ),
    Text.FINDING_OUT: (
        "Bağlantı kesildi. Hangi PIN'in etkin olduğu karta soruluyor…",
        "The connection broke. The card is being asked which PIN is active…",
    ),
    Text.SETTLING: (
        "Yarım kalan bir işlemin sonucu öğreniliyor: kart {serial}.",
        "Finding out how an interrupted operation ended: card {serial}.",
    ),
    Text.DONE: (
        "PIN Kodunuz başarılı bir şekilde değiştirilmiştir.",
        "PIN Kodunuz başarılı bir şekilde değiştirilmiştir. (Your PIN was changed successfully.)",
    ),
    Text.TRUTH_NEW: ("Etkin olan: yeni PIN.", "Active now: the new PIN."),
    Text.TRUTH_OLD: (
        "Etkin olan: eski PIN; yeni PIN yazılmadı. Kalan deneme hakkı: {tries}.",
        "Active now: the old PIN; the new one was not set. Tries left: {tries}.",
    ),
    Text.TRUTH_LOCKED: (
        "PIN kilitli; yeni PIN oluşturulmadı.",
        "The PIN is locked; no new PIN was set.",
    ),
    Text.TRUTH_NONE: (
        "Kartta PIN henüz oluşturulmadı.",
        "The card has no PIN yet.",
    ),
    Text.TRY_USED: (
        "Bunu öğrenmek 1 deneme hakkı kullandı.",
        "Finding this out used 1 try.",
    ),
    Text.SERVER_NOT_TOLD: (
        "Sonuç sunucuya henüz bildirilemedi; program bir sonraki açılışta, kart takılıyken bildirir.",
        "The server could not be told the outcome yet; the program tells it at its next start, with the card inserted.",
    ),
    Text.OPEN_ENTRY: (
        "{at} tarihinde yarım kalan bir işlem var: kart {serial}. Sonucunu öğrenmek için kartı takın.",
        "An operation was interrupted at {at}: card {serial}. Insert the card to learn how it ended.",
    ),
    Text.LEFT_BEHIND_NOTHING: (
        "Geride bir şey kalmadı: karta hiçbir şey yazılmadı.",
        "Nothing is left behind: nothing was written to the card.",
    ),
    Text.LEFT_BEHIND_CODE: (
        "Karta hiçbir şey yazılmadı. Doğrulama kodu kullanıldı; yeniden başlamak için portaldan yeni kod alın.",
        "Nothing was written to the card. The verification code is used; to start again, get a new one in the portal.",
    ),
    Text.HELP: (
        "İmza kartının PIN'ini oluşturur, değiştirir ve durumunu gösterir.",
        "Sets and changes the PIN of a signature card, and shows its state.",
    ),
    Text.HELP_UNLOCK: (
        "portaldaki doğrulama koduyla PIN oluştur ya da kilit çöz",
        "set a PIN or unlock, with the portal's verification code",
    ),
    Text.HELP_CHANGE: ("bildiğim PIN'i değiştir (sunucu gerekmez)", "change a known PIN (needs no server)"),
    Text.HELP_STATUS: ("okuyucular, kartlar, kalan deneme hakları", "readers, cards, tries left"),
    Text.HELP_WINDOW: ("pencereyi aç (komutsuz da açılır)", "open the window (also without a command)"),
    Text.HELP_DOCTOR: (
        "Sistem Kontrolü: hizmet, okuyucu, kart, saat, sunucu",
        "check service, reader, card, clock, server",
    ),
    Text.HELP_REGISTER: ("portaldaki eimza:// bağlantılarını bu programla aç", "open the portal's eimza:// links here"),
    Text.HELP_OPEN: ("bir eimza:// bağlantısını aç", "open an eimza:// link"),
    Text.HELP_LINK: ("portaldaki bağlantı; kod ya da PIN değildir", "the portal's link; neither a code nor a PIN"),
    Text.HELP_REMOVE: ("bağlantı kaydını geri al", "undo the registration"),
    Text.HELP_REPORT: ("raporu bu dosyaya da yaz", "write the report to this file too"),
    Text.HELP_FILE: ("DOSYA", "FILE"),
    Text.HELP_ARGUMENTS: ("Değerler", "Values"),
    Text.HELP_JSON: ("makinenin okuyacağı biçimde yaz", "write for a machine to read"),
    Text.HELP_LANGUAGE: ("metinlerin dili", "the language of all texts"),
    Text.HELP_SELF: ("bu sayfayı göster", "show this page"),
    Text.HELP_VERSION: ("programın sürümünü göster", "show the program's version"),
    Text.HELP_USAGE: ("Kullanım:", "Usage:"),
    Text.HELP_COMMANDS: ("Komutlar", "Commands"),
    Text.HELP_OPTIONS: ("Seçenekler", "Options"),
    Text.HELP_EXITS: (
        "Çıkış kodları: 0 bitti · 1 geri çevrildi ya da sorun çıktı · 2 yanlış kullanım · 3 sonucu henüz bilinmiyor · "
        "130 vazgeçildi. PIN ve kodlar komut satırında verilmez; program sorar.",
        "Exit status: 0 done · 1 refused or failed · 2 wrong usage · 3 outcome not known yet · 130 stopped. PINs and "
        "codes are never given on the command line; the program asks for them.",
    ),
    Text.MAN_NAME: ("AD", "NAME"),
    Text.MAN_SYNOPSIS: ("KULLANIM", "SYNOPSIS"),
    Text.MAN_EXITS: ("ÇIKIŞ KODLARI", "EXIT STATUS"),
    Text.MAN_ENVIRONMENT: ("ORTAM", "ENVIRONMENT"),
    Text.MAN_CONFIG: (
        "Ayar dosyasının yeri (TOML). Yoksa okuyucular PC/SC ile bulunur ve sunucu bilinmez.",
        "The settings file (TOML). Without it the readers are found by PC/SC and no server is known.",
    ),
    Text.USAGE_SECRET: (
        "Komut satırında tanınmayan bir değer var; gösterilmiyor, çünkü bir PIN ya da kod olabilir.\n"
        "Komut satırını başka programlar da okur ve kabuk geçmişinde saklar; bu yüzden hiçbir şey yapılmadı.\n"
        "PIN ya da kod yazdıysanız başkası görmüş sayın: PIN'i değiştirin, kodu yenileyin. Program kendisi sorar.",
        "The command line holds a value that is not known; it is not shown, because it may be a PIN or a code.\n"
        "Other programs can read the command line and the shell keeps it in its history; so nothing was done.\n"
        "If it was a PIN or a code, assume others saw it: change the PIN, get a new code. The program asks for them.",
    ),
    Text.USAGE_NO_WINDOW: (
        "Pencere için gereken parça (PySide6) kurulu değil. Aynı işler terminalde de yapılır: eimza --help",
        "The part that the window needs (PySide6) is not installed. The terminal does the same: eimza --help",
    ),
    Text.USAGE_NO_LIBRARY: (
        "Pencere için gereken sistem kitaplığı eksik: {library}. Aynı işler terminalde de yapılır: eimza --help",
        "A system library that the window needs is missing: {library}. The terminal does the same: eimza --help",
    ),
    Text.USAGE_SETTINGS: ("Ayarlar kullanılamıyor: {reason}", "The settings cannot be used: {reason}"),
    Text.USAGE_SERVER: (
        "Ayarlarda sunucu adresi yok (server). Kilit çözme sunucusuz yapılamaz.",
        "The settings name no server (server). Unlocking needs one.",
    ),
    Text.CODE_LINE: ("Kod: {code}", "Code: {code}"),
    Text.REPORT_SAVED: (
        "Rapor kaydedildi: {file}. Göndermeden önce okuyun.",
        "The report was saved: {file}. Read it before you send it.",
    ),
    Text.REPORT_NOT_SAVED: ("Rapor kaydedilemedi: {file}", "The report could not be saved: {file}"),
    Text.REGISTERED: (
        "eimza:// bağlantıları artık bu programla açılır ({where}).",
        "eimza:// links open with this program now ({where}).",
    ),
    Text.UNREGISTERED: ("Bağlantı kaydı kaldırıldı ({where}).", "The registration was removed ({where})."),
    Text.REGISTER_FAILED: ("Bağlantılar kaydedilemedi: {reason}", "The links could not be registered: {reason}"),
}


def say(text: Text, language: str = "tr", **facts: object) -> str:
    """Return a text in `language` (`tr` or `en`) with its facts; raises KeyError when one is missing."""
    turkish, english = TEXTS[text]
    return (english if language.startswith("en") else turkish).format(**facts)
