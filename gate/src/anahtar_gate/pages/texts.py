"""Every text that people see, Turkish beside English. Names in braces are filled in by ``fill``."""

from __future__ import annotations

from typing import Any

TEXTS: dict[str, tuple[str, str]] = {
    # key: (tr, en)
    "gate": ("Anahtar Kapısı", "Anahtar Gate"),
    "rehearsal": (
        "PROVA: bu sayfadaki hiçbir işlem gerçek değildir.",
        "PROVA (rehearsal): nothing on this page is real.",
    ),
    "not_the_real_one": (
        "Bu sayfanın adresi {host}. Burası turkiye.gov.tr değildir; gerçek e-Devlet şifrenizi buraya yazmayın.",
        "The address of this page is {host}. This is not turkiye.gov.tr; do not type your real e-Devlet password here.",
    ),
    "skip": ("Ana içeriğe geç", "Skip to main content"),
    "language": ("Dil", "Language"),
    "error_title": ("Hata: ", "Error: "),
    "error_summary": ("Düzeltilmesi gereken bir şey var", "There is something to put right"),
    # home
    "home_title": ("Kapı çalışıyor", "The gate is running"),
    "home_text": (
        "Buraya kendiliğinden gelinmez: giriş yapmak istediğiniz hizmetin sayfasından başlayın.",
        "Nobody starts here: begin on the page of the service where you want to sign in.",
    ),
    # methods
    "methods_title": ("Nasıl giriş yapmak istersiniz?", "How do you want to sign in?"),
    "methods_asks": ("{client} hizmetine giriş yapıyorsunuz.", "You are signing in to {client}."),
    "methods_told": (
        "Giriş yapınca bu hizmete adınız, soyadınız, T.C. kimlik numaranız ve doğum tarihiniz bildirilir.",
        "When you sign in, this service is told your name, your T.C. identity number and your date of birth.",
    ),
    "not_yet": ("henüz yok", "not yet"),
    "cancel": ("Girişten Vazgeç", "Cancel sign-in"),
    # password
    "password_title": ("T.C. kimlik numaranızı ve şifrenizi yazın", "Type your T.C. identity number and your password"),
    "tckn": ("T.C. Kimlik No", "T.C. identity number"),
    "tckn_hint": ("11 rakam", "11 digits"),
    "password": ("E-Devlet Şifresi", "E-Devlet Şifresi (password)"),
    "password_hint": (
        "Yalnız bu kapının size verdiği şifre; turkiye.gov.tr şifreniz değil.",
        "Only the password that this gate gave you; not your turkiye.gov.tr password.",
    ),
    "password_button": ("Kod Gönder", "Send Code"),
    "tckn_wrong": (
        "T.C. kimlik numarası 11 rakamdır ve bu numara kurala uymuyor. Deneme hakkınız azalmadı.",
        "A T.C. identity number has 11 digits, and this one does not follow the rule. No try was used.",
    ),
    "password_empty": ("Şifrenizi yazın. Deneme hakkınız azalmadı.", "Type your password. No try was used."),
    "password_wrong": (
        "Girdiğiniz numara ile şifre eşleşmedi. Kalan deneme hakkı: {tries}.",
        "The number and the password you typed do not match. Tries left: {tries}.",
    ),
    "password_limit": (
        "Bu numarayla çok sayıda deneme yapıldı. Bekleme süresi: {minutes} dakika. Sonra yeniden deneyin.",
        "There were too many tries with this number. Time to wait: {minutes} minutes. Then try again.",
    ),
    # code
    "code_title": ("SMS ile gelen kodu yazın", "Type the code that came by SMS"),
    "code_sent": (
        "Son iki rakamı {digits} olan telefona bir kod gönderildi. Kod 3 dakika geçerlidir.",
        "A code was sent to the telephone whose last two digits are {digits}. It is valid for 3 minutes.",
    ),
    "code_nobody_calls": (
        "Hiç kimse sizi arayıp bu kodu istemez. Kodu yalnız bu sayfaya yazın.",
        "No one will ever call and ask for this code. Type it on this page only.",
    ),
    "code": ("SMS kodu", "SMS code"),
    "code_hint": ("6 rakam", "6 digits"),
    "code_button": ("Giriş Yap", "Sign In"),
    "code_again": ("Kod gelmedi: yeni kod gönder", "No code came: send a new one"),
    "code_again_done": (
        "Yeni bir kod gönderildi; öncekiler artık geçmez.",
        "A new code was sent; earlier ones no longer work.",
    ),
    "code_shape": (
        "Kod 6 rakamdır. Deneme hakkınız azalmadı.",
        "The code has 6 digits. No try was used.",
    ),
    "code_wrong": (
        "Girdiğiniz kod eşleşmedi. Kalan deneme hakkı: {tries}.",
        "The code you typed does not match. Tries left: {tries}.",
    ),
    "code_late": (
        "Bu kodun süresi doldu. Deneme hakkınız azalmadı. Yeni bir kod isteyin.",
        "This code's time is over. No try was used. Ask for a new one.",
    ),
    "code_spent": (
        "Bu kodun deneme hakkı bitti. Giriş yapılmadı. Şifrenizi yeniden yazarak baştan başlayın.",
        "No tries are left for this code. You are not signed in. Start again by typing your password.",
    ),
    "code_limit": (
        "Çok sayıda kod istendi ya da denendi. Bekleme süresi: {minutes} dakika. Sonra yeniden deneyin.",
        "Too many codes were asked for or tried. Time to wait: {minutes} minutes. Then try again.",
    ),
    "sms_failed": (
        "Kod şu anda gönderilemiyor. Giriş yapılmadı. Biraz sonra yeniden deneyin.",
        "The code cannot be sent at the moment. You are not signed in. Try again a little later.",
    ),
    # other pages
    "gone_title": ("Bu giriş isteği artık geçerli değil", "This sign-in request is no longer valid"),
    "gone_text": (
        "Süresi dolmuş ya da tamamlanmış. Hiçbir şey kaybolmadı. Hizmetin kendi sayfasından yeniden başlayın.",
        "Its time is over, or it was finished. Nothing was lost. Begin again on the page of the service.",
    ),
    "refused_title": ("Giriş isteği kabul edilmedi", "The sign-in request was refused"),
    "refused_text": (
        "Sizi buraya gönderen hizmetin isteği bu kapının kurallarına uymuyor. Bunu o hizmete bildirin.",
        "The request of the service that sent you here does not follow this gate's rules. Tell that service.",
    ),
    "form_title": ("Sayfa yeniden açılmalı", "The page must be opened again"),
    "form_text": (
        "Form bu tarayıcıyla eşleşmedi. Hiçbir şey gönderilmedi. Çerezlere izin verip sayfayı yenileyin.",
        "The form does not match this browser. Nothing was sent. Allow cookies and reload the page.",
    ),
    "missing_title": ("Böyle bir sayfa yok", "There is no such page"),
    "missing_text": ("Adresi kontrol edin.", "Check the address."),
    "broken_title": ("Kapıda bir aksaklık oldu", "Something went wrong at the gate"),
    "broken_text": (
        "Giriş yapılmadı. Biraz sonra yeniden deneyin.",
        "You are not signed in. Try again a little later.",
    ),
    "logout_title": ("Kapıdan çıkmak istiyor musunuz?", "Do you want to sign out of the gate?"),
    "logout_button": ("Oturumu Kapat", "Sign Out"),
    "signed_out_title": ("Oturumunuz kapatıldı", "You are signed out"),
    "signed_out_text": ("Bu sayfayı kapatabilirsiniz.", "You can close this page."),
    "code_of_error": ("Kod", "Code"),
    # SMS: begins with the act; at most 134 characters
    "sms_rehearsal": (
        "e-Devlet (PROVA) giriş kodu: {code}. 3 dakika geçerli. Kimse sizi arayıp bu kodu istemez.",
        "e-Devlet (PROVA) sign-in code: {code}. Valid for 3 minutes. No one will call and ask for it.",
    ),
    "sms": (
        "Anahtar Kapısı giriş kodu: {code}. 3 dakika geçerli. Kimse sizi arayıp bu kodu istemez.",
        "Anahtar Kapısı sign-in code: {code}. Valid for 3 minutes. No one will call and ask for it.",
    ),
}


class Texts:
    """The texts of one language, as templates ask for them: ``{{ t.skip }}``."""

    def __init__(self, language: str) -> None:
        self._column = 1 if language == "en" else 0

    def __getitem__(self, key: str) -> str:
        return TEXTS[key][self._column]

    def fill(self, key: str, **facts: Any) -> str:
        """The text with its names in braces filled in."""
        return self[key].format(**facts)
