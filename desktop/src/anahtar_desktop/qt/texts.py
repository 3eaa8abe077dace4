"""The window's own words, in Turkish and English. What the assistant says stands in `anahtar_desktop.texts`, what goes
wrong in the wire's table of problems; labels of the guide are kept letter for letter."""

from __future__ import annotations

from enum import StrEnum, auto


class Label(StrEnum):
    """The key of a text that only the window shows."""

    # The frame
    OTHER_LANGUAGE = auto()
    MARK = auto()
    REHEARSAL_BAR = auto()
    PRACTICE_BAR = auto()
    STEP = auto()
    STOP = auto()
    STOP_HINT = auto()
    NEXT = auto()
    BACK_TO_START = auto()
    ERROR = auto()
    # Start page
    START_TITLE = auto()
    START_LEAD = auto()
    START_SEVERAL = auto()
    LOOK_AGAIN = auto()
    INSERTED_NOW = auto()
    UNLOCK = auto()
    UNLOCK_ABOUT = auto()
    CHANGE = auto()
    CHANGE_ABOUT = auto()
    MORE = auto()
    VIEWER = auto()
    CHECK = auto()
    PRACTICE = auto()
    SERIAL = auto()
    IN_READER = auto()
    PIN_TRIES = auto()
    PUK_TRIES = auto()
    STATE_ACTIVE = auto()
    STATE_LOCKED = auto()
    STATE_NONE_YET = auto()
    STATE_DEAD = auto()
    STATE_FOREIGN = auto()
    ADVICE_LOCKED = auto()
    ADVICE_NONE_YET = auto()
    ADVICE_DEAD = auto()
    ADVICE_FOREIGN = auto()
    # Questions
    CODE_TITLE = auto()
    CODE_LEAD = auto()
    CODE_FIELD = auto()
    CODE_HINT = auto()
    CODE_WARNING = auto()
    PASTE = auto()
    PASTED = auto()
    PASTE_NONE = auto()
    CARD_TITLE = auto()
    CARD_HOW = auto()
    CARD_PICTURE = auto()
    CHOOSE_TITLE = auto()
    CHOOSE_LEAD = auto()
    CHOOSE_MISSING = auto()
    DUTIES_READ = auto()
    DUTIES_MISSING = auto()
    PIN_TITLE = auto()
    PIN_LEAD = auto()
    PIN_FIELD = auto()
    NEW_PIN_TITLE = auto()
    NEW_PIN_FIELD = auto()
    NEW_PIN_AGAIN = auto()
    NEW_PIN_LEAD = auto()
    NEW_PIN_WRITE = auto()
    RULE_TITLE = auto()
    RULE_LENGTH = auto()
    RULE_DIGITS = auto()
    RULE_ONE_DIGIT = auto()
    RULE_RUN = auto()
    RULE_SAME = auto()
    RULE_PERSONAL = auto()
    RULE_MET = auto()
    RULE_NOT_YET = auto()
    TYPED = auto()
    EMPTY_FIELD = auto()
    LAST_TRY_TITLE = auto()
    LAST_TRY_FIELD = auto()
    LAST_TRY_HINT = auto()
    LAST_TRY_ANYWAY = auto()
    METHOD_TITLE = auto()
    METHOD_MISSING = auto()
    SMS_FIELD = auto()
    SMS_HINT = auto()
    WEB_FIELD = auto()
    CONFIRM = auto()
    NO_CODE_CAME = auto()
    NUMBER_GONE = auto()
    NUMBER_GONE_HOW = auto()
    OTHER_METHOD = auto()
    UNTIL = auto()
    TIME_SHORT = auto()
    TIME_OVER = auto()
    # While it works, and the end
    WORKING = auto()
    WORKING_LEAD = auto()
    CANNOT_STOP_NOW = auto()
    END_REFUSED = auto()
    END_CANCELLED = auto()
    END_UNKNOWN = auto()
    KEEP_SAFE = auto()
    # Practice
    PRACTICE_TITLE = auto()
    PRACTICE_LEAD = auto()
    PRACTICE_BEGIN = auto()
    PRACTICE_CODE = auto()
    PRACTICE_SMS = auto()
    # Card viewer
    VIEWER_LEAD = auto()
    VIEWER_NONE = auto()
    CERTIFICATE = auto()
    SUBJECT = auto()
    SUBJECT_NUMBER = auto()
    ISSUER = auto()
    CERTIFICATE_SERIAL = auto()
    VALID_FROM = auto()
    VALID_UNTIL = auto()
    KEY_KIND = auto()
    USES = auto()
    USE_SIGN = auto()
    USE_COMMIT = auto()
    USE_ENCRYPT = auto()
    LIFE_VALID = auto()
    LIFE_EXPIRED = auto()
    LIFE_NOT_YET = auto()
    LIFE_STATUS = auto()
    LIFE_SINCE = auto()
    LIFE_GOOD = auto()
    LIFE_SUSPENDED = auto()
    LIFE_REVOKED = auto()
    LIFE_UNKNOWN = auto()
    LIFE_NO_SERVICE = auto()
    LIFE_NOT_REACHED = auto()
    LIFE_NOT_BELIEVED = auto()
    # Check page
    CHECK_LEAD = auto()
    CHECK_AGAIN = auto()
    CHECK_SAVE = auto()
    CHECK_REPORT = auto()
    # Links
    LINK_FOREIGN = auto()
    SUPPORT = auto()
    LINK_FILLED = auto()
    LINK_KEPT = auto()
    LINK_BUSY = auto()


LABELS: dict[Label, tuple[str, str]] = {
    Label.OTHER_LANGUAGE: ("English", "Türkçe"),
    Label.MARK: ("Anahtar: ucu kart yongası olan anahtar", "Anahtar: a key whose bit is a card's contact plate"),
    Label.REHEARSAL_BAR: (
        "PROVA · Bu bir provadır; kartlar ve sertifikalar gerçek değildir.",
        "PROVA · This is a rehearsal; its cards and certificates are not real.",
    ),
    Label.PRACTICE_BAR: (
        "ALIŞTIRMA · Sanal kart; sunucu yok, kartınıza dokunulmaz.",
        "PRACTICE · A virtual card; no server, and your own card is left alone.",
    ),
    Label.STEP: ("Adım {number} / {of}", "Step {number} of {of}"),
    Label.STOP: ("Vazgeç", "Stop"),
    Label.STOP_HINT: (
        "Şimdi vazgeçerseniz karta hiçbir şey yazılmaz.",
        "If you stop now, nothing is written to the card.",
    ),
    Label.NEXT: ("İleri", "İleri (next)"),
    Label.BACK_TO_START: ("Başa dön", "Back to the start"),
    Label.ERROR: ("Bir sorun var", "There is a problem"),
    Label.START_TITLE: ("Kartınız", "Your card"),
    Label.START_LEAD: (
        "Bilgiler şimdi karttan okundu; hiçbir deneme hakkı kullanılmadı.",
        "This was read from the card just now; no try was used.",
    ),
    Label.START_SEVERAL: (
        "Birden çok kart var. Hangisinin hangisi olduğunu görmek için birini çıkarıp takın: yeri işaretlenir.",
        "There are several cards. To see which is which, take one out and put it in again: it will be marked.",
    ),
    Label.LOOK_AGAIN: ("Yeniden bak", "Look again"),
    Label.INSERTED_NOW: ("Şimdi takıldı", "Inserted just now"),
    Label.UNLOCK: ("PIN Oluşturma/Kilit Çözme", "PIN Oluşturma/Kilit Çözme"),
    Label.UNLOCK_ABOUT: (
        "İlk PIN, unutulan PIN ve kilitlenen PIN için. Portaldaki doğrulama kodu gerekir.",
        "Set a first or forgotten PIN, or unlock a locked one. Needs the portal's verification code.",
    ),
    Label.CHANGE: ("Bildiğim PIN'i değiştir", "Change a known PIN"),
    Label.CHANGE_ABOUT: (
        "Şimdiki PIN'inizi biliyorsanız. Kod da internet de gerekmez.",
        "If you know your present PIN. Needs neither a code nor the internet.",
    ),
    Label.MORE: ("Başka işler", "More"),
    Label.VIEWER: ("Kart Bilgileri", "Kart Bilgileri (card viewer)"),
    Label.CHECK: ("Sistem Kontrolü", "Sistem Kontrolü (check page)"),
    Label.PRACTICE: ("Alıştırma", "Alıştırma (practice mode)"),
    Label.SERIAL: ("Kart seri numarası: {serial}", "Card serial number: {serial}"),
    Label.IN_READER: ("Okuyucu: {reader}", "Reader: {reader}"),
    Label.PIN_TRIES: ("PIN kalan deneme hakkı", "PIN tries left"),
    Label.PUK_TRIES: ("PUK kalan deneme hakkı", "PUK tries left"),
    Label.STATE_ACTIVE: ("PIN etkin", "PIN active"),
    Label.STATE_LOCKED: ("PIN kilitli", "PIN locked"),
    Label.STATE_NONE_YET: ("PIN henüz oluşturulmadı", "No PIN yet"),
    Label.STATE_DEAD: ("Kullanım dışı kart", "Dead card"),
    Label.STATE_FOREIGN: ("Başka bir kurumun kartı", "Another authority's card"),
    Label.ADVICE_LOCKED: (
        "Kilit, portaldan alınan doğrulama koduyla burada çözülür.",
        "It is unlocked here, with a verification code from the portal.",
    ),
    Label.ADVICE_NONE_YET: (
        "İlk PIN, portaldan alınan doğrulama koduyla burada oluşturulur.",
        "The first PIN is set here, with a verification code from the portal.",
    ),
    Label.ADVICE_DEAD: (
        "Bu kart bir daha çalışmaz. Yeni kart için destek birimine başvurun.",
        "This card will not work again. For a new card, contact support.",
    ),
    Label.ADVICE_FOREIGN: (
        "PIN'i burada değiştirilebilir; kilidini yalnız kendi kurumu çözer.",
        "Its PIN can be changed here; only its own authority can unlock it.",
    ),
    Label.CODE_TITLE: ("Doğrulama kodu", "Verification code"),
    Label.CODE_LEAD: (
        "Portalda PIN Oluşturma/Kilit Çözme sayfasında gördüğünüz kodu yazın ya da yapıştırın.",
        "Type or paste the code that the portal's page PIN Oluşturma/Kilit Çözme shows you.",
    ),
    Label.CODE_FIELD: ("Doğrulama kodu", "Verification code"),
    Label.CODE_HINT: (
        "12 karakter, örneğin ABCD-EFGH-JKLM. Büyük ya da küçük harf fark etmez.",
        "12 characters, for example ABCD-EFGH-JKLM. Upper or lower case does not matter.",
    ),
    Label.CODE_WARNING: (
        "Hiç kimse sizi arayıp bu kodu sormaz. Soran olursa vazgeçin.",
        "Nobody will ever call you and ask for this code. If someone does, stop.",
    ),
    Label.PASTE: ("Panodaki kodu yapıştır", "Paste the code from the clipboard"),
    Label.PASTED: ("Kod panodan alındı.", "The code was taken from the clipboard."),
    Label.PASTE_NONE: (
        "Panoda doğrulama kodu yok; oradaki metin alınmadı.",
        "The clipboard holds no verification code; its text was not taken.",
    ),
    Label.CARD_TITLE: ("Kartı takın", "Insert the card"),
    Label.CARD_HOW: (
        "Kartı, altın renkli yongası yukarı ve okuyucuya doğru bakacak biçimde, durana kadar itin. Yonga, "
        "kartın parmakla duyulan küçük kare yüzeyidir.",
        "Push the card in until it stops, its golden chip facing up and towards the reader. The chip is the small "
        "square that a finger can feel.",
    ),
    Label.CARD_PICTURE: (
        "Yongası yukarı bakan bir kart, okuyucunun ağzına doğru itiliyor.",
        "A card, its chip facing up, being pushed into the mouth of a reader.",
    ),
    Label.CHOOSE_TITLE: ("Hangi kart?", "Which card?"),
    Label.CHOOSE_LEAD: ("Seçmediğiniz kartlara dokunulmaz.", "The cards that you do not choose are left alone."),
    Label.CHOOSE_MISSING: ("Devam etmek için kartlardan birini seçin.", "Choose one of the cards to go on."),
    Label.DUTIES_READ: ("Okudum ve kabul ediyorum", "I have read and accept this"),
    Label.DUTIES_MISSING: (
        "Devam etmek için okuyup kutuyu işaretleyin.",
        "To go on, read this and tick the box.",
    ),
    Label.PIN_TITLE: ("Şimdiki PIN kodunuz", "Your present PIN"),
    Label.PIN_LEAD: (
        "PIN yalnız karta gider. Eşleşmezse 1 deneme hakkı azalır.",
        "The PIN goes to the card only. If it does not match, 1 try is used.",
    ),
    Label.PIN_FIELD: ("PIN Kodu", "PIN Kodu (PIN)"),
    Label.NEW_PIN_TITLE: ("Yeni PIN kodunuz", "Your new PIN"),
    Label.NEW_PIN_FIELD: ("Yeni PIN Kodu", "Yeni PIN Kodu (new PIN)"),
    Label.NEW_PIN_AGAIN: ("Yeni PIN Kodu (Tekrar)", "Yeni PIN Kodu (Tekrar) (new PIN again)"),
    Label.NEW_PIN_LEAD: (
        "Yeni PIN yalnız bu bilgisayarda yazılır ve yalnız karta gider; sunucu onu görmez.",
        "The new PIN is typed on this computer only and goes to the card only; the server never sees it.",
    ),
    Label.NEW_PIN_WRITE: ("PIN Kodunu Değiştir", "PIN Kodunu Değiştir (set it)"),
    Label.RULE_TITLE: ("Yeni PIN için kurallar", "Rules for the new PIN"),
    Label.RULE_LENGTH: ("{shortest} ile {longest} rakam arasında", "{shortest} to {longest} digits long"),
    Label.RULE_DIGITS: ("Yalnız rakam", "Digits only"),
    Label.RULE_ONE_DIGIT: ("Tek rakamın tekrarı değil", "Not one digit repeated"),
    Label.RULE_RUN: ("Artan ya da azalan sıra değil", "Not a rising or falling run"),
    Label.RULE_SAME: ("İki alanda aynı PIN", "The same PIN in both fields"),
    Label.RULE_PERSONAL: (
        "Kimlik numaranızın, doğum tarihinizin ya da telefonunuzun parçası değil (yazdıktan sonra denetlenir)",
        "No part of your identity number, birth date or telephone (checked once it is typed)",
    ),
    Label.RULE_MET: ("uygun", "met"),
    Label.RULE_NOT_YET: ("henüz değil", "not yet"),
    Label.TYPED: ("Yazılan rakam sayısı: {count}", "Digits typed: {count}"),
    Label.EMPTY_FIELD: ("Devam etmek için bu alanı doldurun.", "Fill in this field to go on."),
    Label.LAST_TRY_TITLE: ("Bu son deneme hakkı", "This is the last try"),
    Label.LAST_TRY_FIELD: ("Kart seri numarasının son 4 hanesi", "Last 4 digits of the card's serial number"),
    Label.LAST_TRY_HINT: (
        "Yine de denemek istiyorsanız kartın üzerindeki numaradan yazın.",
        "If you want to try all the same, type them from the number on the card.",
    ),
    Label.LAST_TRY_ANYWAY: ("Son hakla dene", "Use the last try"),
    Label.METHOD_TITLE: ("Nasıl onaylamak istersiniz?", "How do you want to confirm?"),
    Label.METHOD_MISSING: ("Devam etmek için bir yöntem seçin.", "Choose a method to go on."),
    Label.SMS_FIELD: ("SMS onay kodu", "SMS confirmation code"),
    Label.SMS_HINT: ("Telefonunuza gelen 8 rakam", "The 8 digits sent to your telephone"),
    Label.WEB_FIELD: ("WEB Parola", "WEB Parola (web password)"),
    Label.CONFIRM: ("Onay", "Onay (confirm)"),
    Label.NO_CODE_CAME: ("Kod gelmedi", "No code came"),
    Label.NUMBER_GONE: ("Bu numara artık bende değil", "This number is no longer mine"),
    Label.NUMBER_GONE_HOW: (
        "WEB Parolanız varsa başka yöntem olarak onu seçin. Yoksa vazgeçip destek birimine başvurun: kimliğinizi "
        "doğrulayarak yardım eder. Karta hiçbir şey yazılmadı.",
        "If you have a web password, choose it as another method. If not, stop and contact support: they will check "
        "your identity and help. Nothing was written to the card.",
    ),
    Label.OTHER_METHOD: ("Başka yöntem", "Another method"),
    Label.UNTIL: (
        "Kalan deneme hakkı: {tries_left} · Geçerli olduğu son saat: {until}",
        "Tries left: {tries_left} · Valid until: {until}",
    ),
    Label.TIME_SHORT: (
        "Kodun süresi 30 saniye içinde doluyor. F5 tuşu yeni kod gönderir.",
        "The code is valid for 30 more seconds. The F5 key sends a new one.",
    ),
    Label.TIME_OVER: (
        "Kodun süresi doldu. Yeni kod için Kod gelmedi düğmesini ya da F5 tuşunu kullanın.",
        "The code is no longer valid. Use the button No code came, or the F5 key, for a new one.",
    ),
    Label.WORKING: ("Bir an…", "One moment…"),
    Label.WORKING_LEAD: ("Kart takılı kalsın.", "Leave the card in the reader."),
    Label.CANNOT_STOP_NOW: (
        "Kart şu anda açık; birkaç saniye içinde biter. Sonucu görmeden pencere kapatılmadı.",
        "The card is open; this takes a few seconds. The window was not closed, so that you see the outcome.",
    ),
    Label.END_REFUSED: ("PIN değiştirilmedi", "The PIN was not changed"),
    Label.END_CANCELLED: ("Vazgeçtiniz", "You stopped"),
    Label.END_UNKNOWN: ("Sonucu henüz bilinmiyor", "The outcome is not known yet"),
    Label.KEEP_SAFE: (
        "PIN'inizi kimseye söylemeyin ve kartın yanına yazmayın.",
        "Tell nobody your PIN, and do not write it down next to the card.",
    ),
    Label.PRACTICE_TITLE: ("Alıştırma", "Practice mode"),
    Label.PRACTICE_LEAD: (
        "PIN Oluşturma/Kilit Çözme adımlarını sanal bir kartla deneyin. Ekranlar gerçeğiyle aynıdır. Sunucuya "
        "bağlanılmaz, okuyucudaki kartınıza dokunulmaz, hiçbir deneme hakkı azalmaz.",
        "Walk through the unlock with a virtual card. The screens are the real ones. No server is contacted, the card "
        "in your reader is left alone, and no try is used.",
    ),
    Label.PRACTICE_BEGIN: ("Alıştırmaya başla", "Begin to practise"),
    Label.PRACTICE_CODE: (
        "Alıştırma: portal size şu kodu gösterirdi: {code}",
        "Practice: the portal would show you this code: {code}",
    ),
    Label.PRACTICE_SMS: (
        "Alıştırma: telefonunuza şu kod gelirdi: {code}",
        "Practice: this code would come to your telephone: {code}",
    ),
    Label.VIEWER_LEAD: (
        "Kartın herkese söyledikleri. Burada PIN istenmez ve PUK ile işlem yapılmaz.",
        "What the card tells anyone. No PIN is asked for here, and nothing is done with a PUK.",
    ),
    Label.VIEWER_NONE: ("Bu kartta okunabilen sertifika yok.", "This card has no certificate that can be read."),
    Label.CERTIFICATE: ("Sertifika {number}", "Certificate {number}"),
    Label.SUBJECT: ("Sertifika sahibi", "Holder"),
    Label.SUBJECT_NUMBER: ("Kimlik ya da vergi numarası", "Identity or tax number"),
    Label.ISSUER: ("Veren", "Issuer"),
    Label.CERTIFICATE_SERIAL: ("Sertifika seri numarası", "Certificate serial number"),
    Label.VALID_FROM: ("Başlangıç", "Valid from"),
    Label.VALID_UNTIL: ("Bitiş", "Valid until"),
    Label.KEY_KIND: ("Anahtar", "Key"),
    Label.USES: ("Kullanım", "Use"),
    Label.USE_SIGN: ("imza", "signature"),
    Label.USE_COMMIT: ("inkâr edilemez imza", "non-repudiation"),
    Label.USE_ENCRYPT: ("şifreleme", "encryption"),
    Label.LIFE_VALID: ("Süresi geçerli", "Within its dates"),
    Label.LIFE_EXPIRED: ("Süresi dolmuş", "Expired"),
    Label.LIFE_NOT_YET: ("Henüz başlamadı", "Not valid yet"),
    Label.LIFE_STATUS: ("Durumu", "Status"),
    Label.LIFE_SINCE: ("{status} ({since})", "{status} ({since})"),
    Label.LIFE_GOOD: ("Kullanımda; durum hizmetine şimdi soruldu", "In use; the status service was asked just now"),
    Label.LIFE_SUSPENDED: ("Askıda", "Suspended"),
    Label.LIFE_REVOKED: ("İptal edilmiş", "Revoked"),
    Label.LIFE_UNKNOWN: ("Durum hizmeti bu sertifikayı tanımıyor", "The status service does not know this certificate"),
    Label.LIFE_NO_SERVICE: (
        "Sorulamadı: sertifika bir durum hizmeti göstermiyor",
        "Not asked: the certificate names no status service",
    ),
    Label.LIFE_NOT_REACHED: (
        "Sorulamadı: durum hizmetine ulaşılamıyor; portal gösterir",
        "Not asked: the status service is out of reach; the portal shows it",
    ),
    Label.LIFE_NOT_BELIEVED: (
        "Bilinmiyor: gelen yanıt güvenilir değil; portal gösterir",
        "Not known: the answer cannot be trusted; the portal shows it",
    ),
    Label.CHECK_LEAD: (
        "Programın bilgisayarınızda gerek duyduğu her şey. Hiçbir deneme hakkı kullanılmaz.",
        "Everything that the program needs on your computer. This uses no try.",
    ),
    Label.CHECK_AGAIN: ("Yeniden denetle", "Check again"),
    Label.CHECK_SAVE: ("Raporu kaydet…", "Save the report…"),
    Label.LINK_FOREIGN: (
        "Bir bağlantı bu programı açtı, ancak portalın bağlantısı değil; hiçbir şey yapılmadı: {link}",
        "A link opened this program, but it is not the portal's; nothing was done: {link}",
    ),
    Label.SUPPORT: ("Destek: {name} · {support}", "Support: {name} · {support}"),
    Label.LINK_FILLED: (
        "Kod portaldan geldi ve alana yazıldı. Siz İleri düğmesine basmadan gönderilmez.",
        "The code came from the portal and stands in the field. It is not sent until you press Next.",
    ),
    Label.LINK_KEPT: (
        "Portaldan kod geldi. İlk sayfaya dönünce alana yazılır.",
        "The portal sent the code. It is filled in when you return to the first page.",
    ),
    Label.LINK_BUSY: (
        "Portaldan bir bağlantı geldi. Önce bu işlem bitsin; sonra kodu yazabilirsiniz.",
        "A link came from the portal. Finish this first; then you can type the code.",
    ),
    Label.CHECK_REPORT: ("Raporun tamamı", "The whole report"),
}


def label(text: Label, language: str = "tr", **facts: object) -> str:
    """Return a label in `language` (`tr` or `en`) with its facts; raises KeyError when one is missing."""
    turkish, english = LABELS[text]
    return (english if language.startswith("en") else turkish).format(**facts)
