"""The words that mail clients write above the mail they quote, in the languages they write them.

Data only. Everything is compared after NFKC, case folding and, for labels, without blanks (see `core.page`).
"""

# Names of the fields of a header block ("差出人:", "Von:"). `sent` is a date under a name that no letter uses.
_FIELDS_BY_ROLE = {
    "from": (
        "from von de da van från fra frá lähettäjä od odesílatel odosielateľ feladó kimden gönderen от отправитель від"
        " відправник από 差出人 差出人名 送信者 送信元 発信者 発信元 発信人 送り主 发件人 发送人 寄件者 寄件人"
        " 보낸사람 보낸이 발신자 발신인 từ ngườigửi dari pengirim จาก ผู้ส่ง מאת من mittente absender expéditeur remitente"
        " remetente afzender avsändare avsender afsender nadawca pošiljatelj saatja siuntėjas expeditor dela 보내는사람"
    ),
    "sent": (
        "sent gesendet gesendetam envoyé envoyéle enviado enviadoel enviada enviadaem inviato verzonden skickat sendt"
        " lähetetty wysłano wysłane odesláno odoslané elküldve küldve gönderildi gönderilmetarihi отправлено надіслано"
        " στάλθηκε 送信日時 送信日 送信時刻 発信日時 发送时间 发送日期 寄件日期 傳送時間 寄件時間 보낸날짜 보낸시간"
        " đãgửi gửi dikirim ส่ง נשלח تاريخالإرسال trimis poslano poslato saadetud išsiųsta dated'envoi изпратено"
    ),
    "date": (
        "date datum fecha data dato dátum дата ημερομηνία tarih 日時 日付 日付け 受信日時 日期 时间 時間 날짜 일시"
        " 받은날짜 ngày tanggal วันที่ תאריך التاريخ päiväys päivämäärä kuupäev"
    ),
    "to": (
        "to an à a para pour aan till til vastaanottaja do komu címzett kime alıcı кому до προς 宛先 あて先 宛て先 宛名"
        " 受信者 送信先 送付先 收件人 收件者 받는사람 받는이 수신자 수신인 đến tới kepada ถึง אל إلى către catre za"
        " empfänger destinataire destinatario destinatário mottaker modtager prejemnik saaja"
    ),
    "subject": (
        "subject betreff objet asunto assunto oggetto onderwerp ämne emne aihe temat předmět predmet tárgy konu тема"
        " θέμα 件名 題名 表題 標題 主题 主題 主旨 제목 chủđề tiêuđề subjek perihal เรื่อง ชื่อเรื่อง נושא الموضوع subiect"
        " zadeva teema efni относно tema"
    ),
    "other": (
        "cc bcc ccn cci kopia kopie kopi copia cópia másolat копия копія κοινοποίηση 抄送 副本 密件抄送 참조 숨은참조"
        " bilgi kopija kópia đồngkính สำเนา עותק نسخة 同報 reply-to replyto importance priority attachments attachment"
        " organization organisation 添付ファイル 添付 重要度 優先度 返信先 anlagen anlage wichtigkeit priorität"
        " piècesjointes importancia prioridad adjuntos vedhæftet sensitivity categories message-id"
        " newsgroups resent-from x-mailer mailed-by signed-by 분류 附件 重要性"
        " bijlagen bijlage allegati anexos liitteet załączniki přílohy"
    ),
}
FIELDS = {name: role for role, names in _FIELDS_BY_ROLE.items() for name in names.casefold().split()}

# What stands between rulers, or alone before a header block: "-----Original Message-----".
ORIGINAL = frozenset(
    """
original message|original appointment|original mail|original e-mail|original email|reply message|replied message
original|message|reply|quoted message|quoted text|start of original message|original message follows|in reply to
ursprüngliche nachricht|ursprüngliche mail|ursprüngliche mitteilung|original-nachricht|originalnachricht
urspr. nachricht|ursprünglicher termin|originalmeddelande|ursprungligt meddelande|oprindelig meddelelse
opprinnelig melding|opprinnelig e-post|opphavleg melding|alkuperäinen viesti|message d'origine|message original
mail original|courrier original|message initial|message d’origine|mensaje original|mensagem original
mensagem de origem|messaggio originale|messaggio original|missatge original|mensaxe orixinal|oorspronkelijk bericht
oorspronkelijke bericht|origineel bericht|oorspronklike boodskap|wiadomość oryginalna|oryginalna wiadomość
treść oryginalnej wiadomości|původní zpráva|původní e-mail|pôvodná správa|eredeti üzenet|mesajul original
mesaj original|исходное сообщение|оригинальное сообщение|оригинално писмо|початкове повідомлення
оригінальне повідомлення|зыходны ліст|αρχικό μήνυμα|orijinal mesaj|özgün ileti|özgün mesaj|orjinal mesaj
izvorna poruka|originalna poruka|izvirno sporočilo|оригинална порука|originalus laiškas|algne kiri
sākotnējais ziņojums|thư gốc|tin nhắn gốc|pesan asli|mesej asal|ข้อความต้นฉบับ|הודעה מקורית|الرسالة الأصلية
원본 메시지|원본 메일|원본메일|원본 내용|original message 원본|原始邮件|原始消息|原始郵件|原邮件|原始信件|原郵件
元のメッセージ|元メッセージ|元のメール|元メール|元のメッセージ本文|元の本文|オリジナルメッセージ
オリジナルのメッセージ|オリジナルメール|オリジナルのメール|原文|元の文章|返信元|返信元メッセージ|返信元メール
返信元のメッセージ|受信メール|受信メッセージ|受信したメール|いただいたメール|頂いたメール|以下、元のメール
以下元のメール|以下、元のメッセージ|以下は元のメッセージです|以下は元のメールです|ここから元のメール|以下、受信メール
過去のメール|以前のメール|これまでのメール
""".casefold()
    .replace("\n", "|")
    .split("|")
) - {""}
QUOTING = frozenset(("引用", "以下引用", "以下、引用", "引用開始", "引用ここから", "ここから引用", "引用文", "quote"))
FORWARDED = frozenset(
    """
forwarded message|forwarded mail|forwarded email|forwarded by|forwarded appointment|begin forwarded message
fwd message|start of forwarded message|forward message|weitergeleitete nachricht|anfang der weitergeleiteten nachricht
weitergeleitete mail|message transféré|message réexpédié|début du message réexpédié|début du message transféré
courriel transféré|mensaje reenviado|inicio del mensaje reenviado|mensaje reenviado por|mensagem encaminhada
início da mensagem encaminhada|mensagem reencaminhada|início da mensagem reencaminhada|messaggio inoltrato
inizio messaggio inoltrato|inizio del messaggio inoltrato|doorgestuurd bericht|begin doorgestuurd bericht
begin van doorgestuurd bericht|vidarebefordrat meddelande|vidarebefordrat mejl|vidarebefordrat brev
videresendt meddelelse|videresendt besked|start på videresendt besked|videresendt melding|videresendt e-post
välitetty viesti|edelleenlähetetty viesti|przekazana wiadomość|wiadomość przekazana|treść przekazanej wiadomości
přeposlaná zpráva|předaná zpráva|preposlaná správa|továbbított üzenet|továbbított levél|mesaj redirecționat
mesaj transmis mai departe|пересылаемое сообщение|пересланное сообщение|начало переадресованного сообщения
перенаправленное сообщение|переслане повідомлення|προωθημένο μήνυμα|iletilen mesaj|yönlendirilen ileti
yönlendirilmiş ileti|proslijeđena poruka|posredovano sporočilo|прослеђена порука|missatge reenviat
thư được chuyển tiếp|tin nhắn đã chuyển tiếp|pesan terusan|pesan yang diteruskan|ข้อความที่ส่งต่อ|הודעה שהועברה
رسالة معاد توجيهها|رسالة تمت إعادة توجيهها|전달된 메시지|전달된 메일|전달된메일|转发的邮件|转发邮件|转发邮件信息
转发的消息|轉寄郵件|轉寄的郵件|已轉寄郵件|轉寄的訊息|転送メッセージ|転送されたメッセージ|転送メール|転送されたメール
転送元メッセージ|転送元メール|転送元のメッセージ|転送|以下は転送されたメッセージです|以下は転送されたメールです
以下転送|以下、転送|以下、転送メール|以下転送メール|転送開始|転送メッセージここから|以下、転送メッセージ|ここから転送
""".casefold()
    .replace("\n", "|")
    .split("|")
) - {""}
# Words a divider ends with that closes a quotation the writer made ("--- 引用ここまで ---").
ENDED = ("ここまで", "終わり", "おわり", "終了", "以上", "end of quote", "end quote", "unquote")

# The line under which a help desk does not read.
ANSWER_ABOVE = (
    r"(?:reply|respond|write|answer|type) (?:your reply )?(?:above|over) this line"
    r"|antwort(?:en)? (?:sie )?(?:bitte )?(?:über|oberhalb)"
    r"|répondre au-dessus de cette ligne|(?:この|こちらの?)(?:線|行|ライン)より上(?:に|へ|で)"
)
# The verb of an introduction, case folded. A weak one needs an address or a quotation beside it.
VERBS = tuple(
    """
wrote|writes|schrieb|schrieben|geschrieben|a écrit|a ecrit|écrivait|a répondu|escribió|escribio|ha escrito|ha scritto
scrive|escreveu|schreef|geschreven|skrev|skreiv|skrifaði|kirjoitti|napisał|napisała|napisał(a)|napisana|pisze|nadesłał
napsal|napsala|napsal(a)|napísal|napísala|napísal(a)|píše|írta|a scris|написал|написала|написал(а)|написали|пишет
написав|написав(ла)|пише|написа|напісаў|έγραψε|έγραψαν|yazdı|yazmış|napisao|napisala|napisao/la|je pisal|написао
написао/ла|kirjutas|rakstīja|rašė|ha escrit|va escriure|escribiu|idatzi|đã viết|menulis|เขียนว่า|เขียน|כתב|כתבה|כתב/ה
كتب|كتبت|نوشت|님이 작성|님이 쓴|이(가) 쓴 글|작성|写道|寫道|写于|撰寫|書きました|書かれました|書かれていました
さんより|様より|のメール|のメッセージ|のコメント|さんの発言|님이
""".strip()
    .replace("\n", "|")
    .casefold()
    .split("|")
)
WEAK_VERBS = (
    *("sent", "said", "says", "replied", "responded", "posted", "commented", "sendte", "skickade", "envoyé", "enviou"),
    *("envió", "inviato", "さんから", "様から"),
)
# The word an introduction may begin with before its date.
STARTS = (
    "on|at|am|le|el|il|op|den|på|dne|dňa|dnia|w dniu|em|no dia|às|a|vào|vào lúc|lúc|pada|pada tanggal|pe|la|în"
    "|in data"
    "|il giorno|στις|на|в|у|dana|më|þann|ar|ils|o|dia|el dia|d'an|tarihinde"
    "|(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|lør|søn|tor|ons|tir|man|fre|пн"
    "|вт|ср|чт|пт|сб|вс)"
)
