"""The words of bounces, a line a language or a kind of mail system: subjects, sentences, and whom they come from.

They are written for many eyes of many years, so each pattern is loose, and `core.bounce_signs` believes none of them
alone. No pattern repeats what another part of it repeats: all are searched in linear time.
"""

import re

from mailbot.core.reader.mime.alternatives import any_of


def _compiled(*forms: str) -> re.Pattern[str]:
    return re.compile(any_of(*forms), re.IGNORECASE)


DAEMON = re.compile(
    r"(?:mail(?:er)?[-_.]?daemon|mdaemon|mail[-_.]?delivery[-_.](?:sub)?system|maildeliverysystem)(?:[+=.-].*)?"
)
"""A local part, in lower case, from which only bounces come."""

POSTMASTER = re.compile(r"(?:post[-_.]?master|mail[-_.]?admin|mailadm|sysadmin|system|smtp|mta)(?:[+=.-].*)?")
"""A local part, in lower case, of those who run mail systems."""

PROGRAM = re.compile(
    r"(?:(?:no|do[-_.]?not)[-_.]?reply|notif(?:y|ications?|ier)|alerts?|bounces?|daemon|returns?|errors?|smtp|mx).*"
)
"""A local part, in lower case, of a program that may report anything, a bounce among it."""

SYSTEM_NAME = _compiled(
    r"mail deliver(?:y|er)? (?:sub)?(?:system|service|agent)",
    r"internet mail delivery|system administrator|mail administrator|ndr administrator|mailer[- ]daemon|postmaster",
    r"mail (?:delivery )?(?:system|subsystem)|smtp.{0,9}mail.{0,9}service",
    r"(?:メール|配信)システム|メール配信エラー",
)
"""What mail systems call themselves in From, in lower case."""

PASSED_ON = re.compile(
    r"\s*(?:\[[^\]]{0,40}\]\s*)?(?:re|fwd?|tr|wg|aw|rv|enc|vs|sv|antw|doorst|転送|返信)\s?(?:\[\d+\])?[:：]",
    re.IGNORECASE,
)
"""The head of a subject that a person answers or passes on."""

SUBJECT = _compiled(
    r"undeliver|non-?deliver|not (?:be )?deliver(?:ed|able)",
    r"deliver(?:y|ing)[ :]*(?:status|fail|report|problem|error|notif|delay|has failed|unsuccessful|incomplete)",
    r"delivery (?:of|to) .{0,80}(?:failed|delayed)|(?:mail|message) (?:delivery|failed|failure|error|system error)",
    r"(?:mail|message) could not|returned mail|return(?:ed|ing)? (?:message )?to sender|failure (?:notice|delivery)",
    r"mail status|delayed mail|message .{0,40}delayed|could not send message|cannot send|error sending your mail",
    r"postmaster notify|user unknown|message status|loop alert",
    r"unzustellbar|nicht zustellbar|nicht zugestellt|zustellung .{0,40}fehl|fehlgeschlagen",
    r"non remis|non (?:livr|distribu)|échec .{0,20}(?:remise|distribution|envoi)|retour .{0,9}expéditeur",
    r"no (?:se )?(?:pudo|puede|ha podido) entreg|entrega .{0,20}(?:fallida|no)|correo devuelto|no entregado",
    r"mancato recapito|mancata consegna|impossibile (?:recapitare|consegnare)|non recapitabil",
    r"não (?:foi )?entreg|falha na entrega|não pôde ser|onbestelbaar|niet bezorgd",
    r"olever(?:er)?bar|kunne ikke (?:leveres|levere)|nie dostarczono|niedostarczal|nedoručiteln|kézbesíthetetlen",
    r"teslim edilemedi|не ?доставлен|недоставлен|не может быть доставлен",
    r"配信(?:不能|不可|エラー|失敗|でき|され|遅延)|配送(?:不能|エラー|失敗)|送信(?:エラー|失敗|でき|不能)|メールエラー|エラーメール",
    r"不達|未配信|未送達|配達不能|届きません|(?:宛|あて)先(?:不明|エラー)",
    r"退信|退回|无法(?:送达|投递)|無法(?:傳送|遞送)|投递失败|반송|전송 ?실패|발송 ?실패",
)
"""Subjects that mail systems give to bounces and delays; people write some of them too."""

SENTENCE = _compiled(
    r"(?:could ?n[o']t|cannot|can't|was ?n[o']t|was not|not been|not be|were not|never) (?:be |been |yet be )?"
    r"(?:successfully )?(?:deliver|sent)",
    r"undeliver|(?:un)?able to deliver|(?:failed|error|problems?|trouble|trying|attempting) (?:to )?deliver",
    r"did not (?:reach|receive)|del(?:i|e)very\b.{0,60}(?:fail|abort|delay|unsuccessful)|del(?:i|e)very to the follow",
    r"failed (?:recipients?|addresses|to deliver|to send)|failure reasons|delivery (?:errors?|problems?)",
    r"permanent fatal errors|user unknown|unknown (?:user|recipient)|no such user|mailbox .{0,9}full",
    r"invalid (?:user|final delivery|recipient|address)|exceeds? allowed|over quota|transcript of (?:the )?session",
    r"error message below|malformed address|returned below|message non-deliverable|original message was received at",
    r"recipients were affected|not listed in|bounced|diagnostic information for|duplicated message-id|could not send",
    r"routing loop|too many hops|final-recipient:",
    r"nicht (?:zugestellt|ausgeliefert|übermittelt|zustell)|konnte .{0,40}nicht|n'a (?:pas )?pu|n'a pas été",
    r"no (?:se )?(?:pudo|puede|ha podido)|non (?:è stato|ha potuto)|impossibile (?:recapitare|consegnare)|kon niet",
    r"não (?:foi|pôde|pode)|не (?:может быть|было|был|удалось) доставлен|не доставлен|无法|無法|被退回|投递失败",
    r"配信(?:でき|され|不能|エラー|に失敗)|送信(?:でき|され|エラー|に失敗|不能)|配送(?:でき|され|不能|に失敗)|届け(?:でき|する)",
    r"届きません|受信(?:でき|を拒否|拒否)|(?:宛先|あて先|送信先|アドレス).{0,30}(?:不明|存在|見つか|誤り|間違|エラー)",
    r"メールボックス.{0,12}(?:一杯|いっぱい|満杯|超)|エラーのため|返信されているメール",
)
"""Sentences of reports of a failure or a delay."""

SYSTEM_SPEAKS = re.compile(
    r"\W{0,60}"
    + any_of(
        r"your (?:e-?mail )?(?:message|mail)\b.{0,60}(?:not (?:be )?deliver|could not|cannot|undeliver|did not reach)",
        r"(?:a|the) (?:message|e-?mail)(?: that)? (?:you sent|below) .{0,30}(?:could not|cannot|was not)",
        r"votre message n'a|ihre (?:nachricht|e-?mail) .{0,60}nicht|su mensaje no|sua mensagem",
        r"il (?:suo )?messaggio .{0,40}non|failed recipients|(?:sorry, )?unable to deliver|hi\. this is the",
        r"there was an error delivering|message not delivered to|invalid final delivery|delivery (?:has )?failed",
        r"the following address(?:es)?.{0,20}(?:had|failed)|non-delivery report|this is an automatically generated",
        r"this is the mail (?:system|delivery)|this (?:message|is) .{0,30}automatically .{0,20}mail delivery",
        r"duplicated message-id in|delivery to the following",
    ),
    re.IGNORECASE,
)
"""The head of a line with which a mail system speaks to the sender; a person speaks of "my message"."""
