"""The words that mails end with: what phones and programs add, closings above a name, footers of companies.

Data only, for lines as compared (NFKC, see `core.page`), matched whole and without regard to case.
"""

# Things mail is sent with, as they are named in "Sent from my …" and 「…から送信」.
DEVICES = (
    r"iphone|ipad|ipod|i ?os|apple watch|mac(?:book)?|android|galaxy|samsung|xperia|pixel|nexus|huawei|xiaomi|redmi"
    r"|oppo"
    r"|aquos|arrows|kyocera|digno|torque|basio|rakuten|zenfone|htc|nokia|lumia|motorola|oneplus|blackberry|windows"
    r"|surface"
    r"|chromebook|kindle|symbian|lg|sony|outlook|hotmail|gmail|g ?mail|yahoo!?|y!mobile|aol|icloud|thunderbird|spark"
    r"|superhuman|mailbird|proton ?(?:mail)?|tuta(?:nota)?|acompli|airmail|newton|polymail|canary|edison|boomerang"
    r"|nine|k-9"
    r"|fairemail|aqua ?mail|bluemail|zimbra|web\.de|gmx|t-online|freenet|fastmail|zoho|yandex|mail\.ru|mailbox|front"
    r"|missive"
    r"|line ?works|docomo|au|softbank|uq ?mobile|ymobile|cosmosia|becky|shuriken|notes|mail|app|phone|smart ?phone"
    r"|mobile"
    r"|tablet|handheld|device|wireless|verizon|at&t|t-mobile|sprint|vodafone|orange"
)
JAPANESE_DEVICES = (
    "スマートフォン|スマホ|ケータイ|携帯|タブレット|モバイル|端末|アプリ|メール|メーラー|ドコモ|ソフトバンク"
    "|エーユー|ワイモバイル"
    "|楽天|らくらく|アンドロイド|アイフォン|ウィンドウズ|パソコン|ヤフー|サイボウズ|ブラウザ"
)
# How the languages say that something was sent with a device; {device} stands for one of the above.
SENT_WITH = (
    r"(?:this (?:e-?mail|message) was )?sent (?:wirelessly |securely )?(?:from|via|with|using)"
    r" [^,.;!?]{0,60}?{device}.{0,80}"
    r"|sent from my (?:[^\s,.]+ ?){1,4}|sent wirelessly .{1,60}|sent (?:with|from) \S{1,20} (?:mail|email).{0,40}"
    r"|get (?:the )?(?:new )?(?:outlook|yahoo mail|gmail|spark|\S{1,15} mail|.{0,20}app) for .{1,40}"
    r"|(?:sent |posted |written )?(?:via|from) (?:my )?(?:mobile|i(?:phone|pad)|android|blackberry|(?:cell ?)?phone"
    r"|samsung.{0,30})"
    r"|(?:typed|written|sent) (?:with|on|from|by) .{0,30}(?:thumbs?|phone|keyboard|mobile|touch ?screen).{0,60}"
    r"|please (?:excuse|pardon|forgive) .{0,30}(?:brevity|typos?|errors|mistakes).{0,60}"
    r"|envoyé avec .{1,60}"
    r"|(?:diese .{0,40} wurde )?(?:von|vom|mit|über) .{1,60}(?:gesendet|geschickt|verfasst)"
    r"|gesendet (?:von|vom|mit|über|aus|via) .{1,60}|holen sie sich outlook .{1,30}"
    r"|outlook f[üu]r .{1,20} (?:beziehen|herunterladen|holen)"
    r"|envoyé(?:e)? (?:de|du|depuis|à partir de|via|par mon) .{1,60}"
    r"|(?:obtenez|obtenir|télécharger?z?) outlook .{1,30}"
    r"|enviado (?:desde|con|a través de|mediante) .{1,60}|obt(?:ener|én|enga) outlook .{1,30}"
    r"|descarga outlook .{1,30}"
    r"|enviad[oa] (?:do|da|de|pelo|pela|a partir d[oea]|através d[oea]|via|com) .{1,60}"
    r"|obt(?:er|enha) o outlook .{1,30}"
    r"|inviato (?:da|dal|dalla|con|tramite|via) .{1,60}|(?:scarica|ottieni) outlook .{1,30}"
    r"|(?:verzonden|verstuurd|gestuurd) (?:vanaf|vanuit|vanop|met|via|van|door) .{1,60}"
    r"|(?:download|haal) outlook voor .{1,20}"
    r"|outlook voor .{1,20} downloaden|skickat (?:från|via|med) .{1,60}|(?:hämta|skaffa) outlook .{1,30}"
    r"|sendt (?:fra|via|med) .{1,60}|(?:hent|få|skaff) outlook .{1,30}|lähetetty .{1,60}|hanki outlook .{1,30}"
    r"|wysłan[eoy] (?:z|ze|za pomocą|przez) .{1,60}|wysłano (?:z|ze|za pomocą) .{1,60}"
    r"|(?:pobierz|uzyskaj) .{0,20}outlook.{1,30}"
    r"|odesl[aá]no (?:z|ze|pomocí) .{1,60}|odosla(?:né|ný|ná) (?:z|zo|pomocou) .{1,60}"
    r"|získa[tť] .{0,20}outlook.{1,30}"
    r"|.{1,40}(?:készülékemről|iphone-omról|telefonomról).{0,20}küldve|küldve .{1,60}"
    r"|az .{0,20}outlook beszerzése.{0,20}"
    r"|.{1,60}(?:dan|den|tan|ten) gönderildi|.{0,20}outlook.{0,5} edinin"
    r"|отправлено (?:с|из|со|через) .{1,60}|(?:получить|скачать) outlook .{1,30}|надіслано (?:з|із|через) .{1,60}"
    r"|trimis (?:de pe|din|de la|prin|cu) .{1,60}|(?:στάλθηκε|εστάλη|απεσταλμένο) από .{1,60}|изпратено от .{1,60}"
    r"|(?:poslano|poslato) (?:s|sa|z|iz|preko) .{1,60}|enviat des de(?:l)? .{1,60}|saadetud .{1,60}|sent frá .{1,60}"
    r"|(?:đã )?(?:được )?gửi (?:từ|bằng) .{1,60}|(?:ter|di)kirim (?:dari|melalui|dengan) .{1,60}|ส่งจาก.{1,60}"
    r"|(?:나의 |내 )?.{1,40}에서 (?:보냄|보낸 .{0,20}|전송|발송).{0,10}"
    r"|(?:从|從|自)?我的? ?.{1,30}(?:发送|发出|傳送|寄出|發送)"
    r"|(?:发|發|寄|傳送)自(?:我的)? ?.{1,40}|(?:获取|取得|下載|下载).{0,20}outlook.{0,20}|通过.{1,30}发送"
    r"|נשלח מ.{1,40}|(?:أرسلت|أُرسلت|تم الإرسال|مرسل|مرسلة) (?:من|بواسطة) .{1,40}|ارسال شده از .{1,40}"
)

# The line above the name at the end of a letter.
CLOSINGS = frozenset(
    """
regards|best regards|kind regards|kindest regards|warm regards|warmest regards|with best regards|with kind regards
many regards|best wishes|with best wishes|kind wishes|thanks|many thanks|best thanks|thanks again|thanks a lot
thanks so much|thanks very much|thanks in advance|thanks and regards|thanks and best regards|thanks & regards
thank you|thank you very much|thank you so much|thank you again|thank you in advance|thank you and regards
thank you for your help|thank you for your time|thank you for your assistance|cheers|sincerely|sincerely yours
yours sincerely|yours truly|yours faithfully|yours|very truly yours|respectfully|respectfully yours|cordially|best
all the best|take care|love|ciao|rgds|br|kr|thx|tia|ta|warmly|many thanks in advance|with thanks|with many thanks
with gratitude|faithfully|mit freundlichen grüßen|mit freundlichen grüssen|mit freundlichem gruß|freundliche grüße
freundliche grüsse|viele grüße|viele grüsse|beste grüße|beste grüsse|liebe grüße|liebe grüsse|schöne grüße
herzliche grüße|mit besten grüßen|gruß|gruss|grüße|mfg|lg|vg|danke|vielen dank|besten dank|danke und gruß
hochachtungsvoll|mit freundlichen grüßen / best regards|cordialement|bien cordialement|très cordialement|bien à vous
salutations|sincères salutations|meilleures salutations|salutations distinguées|merci|merci d'avance|merci beaucoup
bonne journée|bonne réception|amicalement|amitiés|saludos|un saludo|saludos cordiales|un cordial saludo|atentamente
cordialmente|gracias|muchas gracias|un abrazo|muy atentamente|cordiali saluti|distinti saluti|saluti|grazie|un saluto
un cordiale saluto|grazie mille|buona giornata|atenciosamente|cumprimentos|com os melhores cumprimentos
melhores cumprimentos|obrigado|obrigada|abraço|abraços|att|grato|grata|met vriendelijke groet|met vriendelijke groeten
vriendelijke groet|vriendelijke groeten|hartelijke groet|hartelijke groeten|groeten|groet|groetjes|mvg|bedankt
alvast bedankt|dank u|hartelijk dank|hoogachtend|med vänliga hälsningar|med vänlig hälsning|vänliga hälsningar
vänlig hälsning|hälsningar|bästa hälsningar|vänligen|mvh|vh|tack|tack på förhand|med venlig hilsen|venlig hilsen
de bedste hilsner|bedste hilsner|hilsen|hilsner|kh|dbh|knus|tak|på forhånd tak|med vennlig hilsen|vennlig hilsen
beste hilsen|takk|på forhånd takk|ystävällisin terveisin|parhain terveisin|terveisin|terveiset|t.|yt|yst. terv.|kiitos
kiitos etukäteen|pozdrawiam|serdecznie pozdrawiam|z poważaniem|z powazaniem|pozdrowienia|z wyrazami szacunku|dziękuję
dzięki|s pozdravem|s úctou|s přáním hezkého dne|s přátelským pozdravem|děkuji|děkujeme|díky|s pozdravom|ďakujem
üdvözlettel|tisztelettel|köszönettel|köszönöm|üdv|saygılarımla|saygılarımızla|teşekkürler|teşekkür ederim|selamlar
iyi çalışmalar|sevgiler|с уважением|с наилучшими пожеланиями|всего доброго|спасибо|заранее спасибо|благодарю|з повагою
дякую|з найкращими побажаннями|cu stimă|cu respect|mulțumesc|vă mulțumesc|o zi bună|cu drag|με εκτίμηση|ευχαριστώ
φιλικά|с уважение|поздрави|благодаря|lep pozdrav|lp|srdačan pozdrav|lijep pozdrav|pozdrav|hvala|salutacions|atentament
gràcies|lugupidamisega|ar cieņu|pagarbiai|trân trọng|cảm ơn|xin cảm ơn|salam|hormat saya|terima kasih|salam hormat
ด้วยความเคารพ|ขอบคุณครับ|ขอบคุณค่ะ|בברכה|תודה|مع التحية|مع خالص التحية|شكرا|با احترام|감사합니다|고맙습니다
좋은 하루 되세요|此致|敬礼|谢谢|谢谢您的关注|祝好|顺祝商祺|敬上|祝 商祺
""".casefold()
    .replace("\n", "|")
    .split("|")
) - {""}

# What a notice of secrecy speaks of; it speaks of several of these, and of one of the marks, which persons rarely do.
NOTICE_MARKS = (
    r"intended (?:only|solely|exclusively|for|recipient|addressee)",
    r"recipients?\b|addressees?\b",
    r"\bprivileged\b",
    r"unauthori[sz]ed|prohibited|not permitted",
)
NOTICE_CUES = (
    r"\bconfidential",
    r"in error|by mistake|erroneously",
    r"disclos|disseminat|distribut|copying|\bprint",
    r"notify|inform (?:the|us)|advise the sender|contact the sender",
    r"delete|destroy|\berase",
    r"virus|malware|intercepted",
    r"liab|does not accept|no responsibility|not necessarily (?:represent|reflect)|views|opinions",
    r"e-?mail|message|communication|transmission|attachment",
)
JAPANESE_NOTICE_MARKS = (
    r"機密|秘密|秘匿|守秘|秘扱|社外秘|法的に保護|特権",
    (
        r"名宛人|名あて人|受信者|受取人|宛先(?:の方|人|以外|と|に(?:記載|指定))|意図(?:され|した|しな|する)|対象者"
        r"|(?:のみ|だけ)(?:に|を)(?:宛て|対象|意図|送)"
    ),
    r"心当たり",
    r"(?:開示|複製|複写|転載|転用|転送|配布|公表|利用|使用|閲覧).{0,20}(?:禁|固く|ご遠慮|厳|認め)|無断",
)
JAPANESE_NOTICE_CUES = (
    r"(?:本|この|当|弊社の?)(?:電子)?(?:メール|E-?mail|Eメール|メッセージ|通信)|添付(?:ファイル|書類|文書)",
    r"誤って|誤送信|誤配信|手違い|間違(?:って|い)",
    r"破棄|廃棄|消去|削除",
    r"場合(?:は|に|が|、)|際(?:は|に)",
    r"責任を負|保証する|保証いたし|一切の責任|ウイルス|ウィルス",
    r"お知らせ|ご一報|ご連絡|ご通知|返信",
)
# What only a person says, of themselves or to somebody: then it is no notice.
PERSONAL = (
    r"私|わたし|僕|でしょうか|ですか|ませんか|教えて|ほしい|欲しい|たいです|届きました|届いた|届いてい|来ました"
    r"|来ています|困っ|貴社|御社|もらい"
    r"|\b(?:i|i'm|i've|i'd|my|me|dear)\b"
)
# The same of other languages: secrecy, and the one it was meant for.
SECRECY = (
    r"vertraulich|confidentiel|confidencia|riservat|vertrouwelijk|konfidentiel|fortrolig|luottamuksel|poufn|důvěrn"
    r"|dôvern"
    r"|bizalmas|gizli|конфиденциальн|конфіденційн|εμπιστευτικ|confidențial|povjerljiv|zaupn|bảo mật|rahasia|기밀"
    r"|비밀|机密|保密|機密"
)
ADDRESSEE = (
    r"empfänger|adressat|destinat|ontvanger|geadresseerde|mottagare|adressat|modtager|mottaker|vastaanottaj|adresat"
    r"|příjemc"
    r"|príjemc|címzett|alıcı|получател|адресат|отримувач|одержувач|παραλήπτ|primatelj|prejemnik|người nhận|penerima"
    r"|수신인|수신자"
    r"|收件人|收信人"
)
# What programs add that looked for viruses, what companies add about paper, and what forges add.
_SCANNERS = (
    "avast|avg|mcafee|norton|kaspersky|eset|nod32|symantec|messagelabs|trend ?micro|mailscanner|f-secure|anti-?virus"
)
PROGRAM_LINES = (
    r"virus[- ]?free\b.{0,80}|no virus found in this .{0,80}|.{0,60}found to be clean.{0,40}"
    r"|.{0,80}(?:checked|scanned|tested|screened) (?:for|by) .{0,60}(?:virus|malware|spam).{0,80}"
    rf"|.{{0,80}}(?:checked|scanned|protected|cleaned) by .{{0,40}}(?:{_SCANNERS}).{{0,80}}"
    r"|(?:checked|scanned|version): ?.{0,80}(?:avg|virus database).{0,80}"
    rf"|(?:https?://|www\.)\S*(?:{_SCANNERS})\S*"
    r"|(?:この|本) ?(?:e ?メール|電子メール|メール|メッセージ)(?:は|に|から).{0,60}(?:ウイルス|ウィルス|アバスト"
    r"|マルウェア|脅威)"
    r".{0,40}(?:スキャン|チェック|検査|検出され|見つかり|発見され|含まれて|保護|駆除).{0,30}"
    r"|(?:ウイルス|ウィルス) ?(?:フリー|なし).{0,60}"
    r"|.{0,40}による?(?:ウイルス|ウィルス)(?:スキャン|チェック|検査)済み?.{0,40}"
    r"|(?:ohne viren|virenfrei|(?:garanti )?sans virus|libre de virus|livre de v[íi]rus|privo di virus|virusvrij"
    r"|virusfri"
    r"|virukseton|без вирусов|не содержит вирусов|wolny od wirusów|bez virů|vírusmentes|无病毒"
    r"|바이러스 없음)\b.{0,80}"
    r"|(?:please )?(?:consider|think (?:of|about)) (?:the |our )?environment .{0,80}|think before you print.{0,80}"
    r"|.{0,30}(?:imprimer|ausdrucken|drucken|imprimir|stampare|printen)"
    r".{0,60}(?:umwelt|environnement|medio ?ambiente|ambiente|milieu).{0,60}"
    r"|reply to this email directly.{0,120}"
)
# What a list says under its ruler.
LIST_CUES = (
    r"mailing list|you (?:are receiving|received) this (?:e-?mail|message) because|unsubscribe|listinfo|google groups"
    r"|メーリングリスト|配信停止|購読解除"
)
# What free services say above their link.
ADVERTISING = (
    r"無料|キャンペーン|プレゼント|はじめよう|始めよう|ダウンロード|お得|今すぐ|ポイント|クーポン|新登場|好評|新サービス|詳しくはこちら|受付中|募集中|公開中|配信中"
    r"|\bfree\b|sign up|download|\bapp\b|try |offer|campaign|check out|\bnow!"
    r"|gratis|kostenlos|gratuit"
)
# A line that stands alone above a notice.
NOTICE_TITLES = (
    r"(?:confidentiality|legal|privacy|important|privileged|e-?mail)? ?(?:notice|disclaimer|warning|note|caution"
    r"|information)"
    r"|confidential(?:ity)?"
    r"|(?:ご?注意|注意事項|免責(?:事項)?|守秘義務|機密保持|機密情報|重要|お願い|ご注意ください"
    r"|情報の取り?扱い).{0,12}"
    r"|hinweis|wichtiger hinweis|avertissement|avis de confidentialité|aviso legal|avviso di riservatezza"
)
# What a mail server of the receiver puts above a mail from outside: a tag, a sentence, or both.
OUTSIDE_TAG = r"[\[【<(*]{1,3}\s?(?:external|ext|外部|社外|外部から|caution|warning|注意|警告).{0,20}?[\]】>)*]{1,3}"
OUTSIDE = (
    r"(?:this (?:e-?mail|message)|the sender of this|exercise caution|caution|warning|external).{0,120}"
    r"(?:originat|outside|external|not part of|unknown sender|do not click).{0,300}"
    r"|you don't often get email from .{1,300}"
    r"|some people who received this message don't often get email from .{1,300}"
    r"|.{0,200}からメールを(?:受け取る|頻繁に受け取).{0,200}"
    r"|.{0,200}(?:あまり受信しない|初めて受信|受け取ることはあまり).{0,200}"
    r"|\W{0,4}(?:この|本)(?:メール|電子メール|メッセージ)は.{0,20}(?:外部|社外|組織外|インターネット)(?:から"
    r"|の(?:送信|差出|メール)|より).{0,200}"
    r"|\W{0,4}(?:社外|外部|組織外)(?:から|より)の?(?:メール|送信).{0,80}(?:です|ました|ご注意.{0,20}|ください)。?"
)
