"""The words of automatic replies, a line a language: names of responders, heads of subjects, typical sentences.

People write most of them too: `core.auto_reply` believes none of them alone.
"""

import re

from mailbot.core.reader.mime.alternatives import any_of

_RESPONDER = any_of(
    r"auto(?:[- ]?re|(?:matic|mated)?[- ]?(?:generated )?(?:e-?mail )?(?:reply|response|responder|answer))?",
    r"auto(?:matic|mated)?[- ]acknowledge?ment|out[- ]of[- ](?:the )?office(?: auto-?reply| reply)?|ooo",
    r"vacation(?: reply| message)?|away from (?:my mail|office)",
    r"abwesenheits(?:notiz|nachricht|meldung)|abwesend|automatische (?:antwort|antwoord)|autoantwort",
    r"réponse automatique|message d'absence|absence du bureau|automatisch antwoord|autosvar",
    r"respuesta automática|fuera de (?:la )?oficina|risposta automatica|fuori sede",
    r"resposta automática|fora do escritório|ausência temporária|automatis(?:kt?|erat) svar|automaattinen vastaus",
    r"odpowiedź automatyczna|automatyczna odpowiedź|automatická odpověď|otomatik yanıt",
    r"автоматический ответ|автоответ|自动回复|自動回覆|自動回復|자동 ?(?:응답|회신)|부재중",
    r"自動(?:返信|応答|配信|送信)(?:メール)?|オートリプライ|不在(?:通知|連絡|のお知らせ|です)|休暇(?:通知|のお知らせ)",
)
_BEGINS = any_of(
    r"i am |i'm |away|on (?:vacation|leave|holiday)|absen[ct]|ausencia|assenza|afwezig|frånvaro|fravær",
    r"(?:thank you|thanks) for (?:your|contacting|writing)|we have received|your (?:e-?mail|message|request|inquiry) ",
    r"不在|休暇|休業|外出中|出張中|受付(?:完了|確認|いたし|致し|のお知らせ)",
    # the subject of a form that a person filled in is お問い合わせ alone
    r"お問い?合わせ(?:いただき|頂き|を?(?:受付|受け付け)|(?:どうも)?ありがとう)",
)

PREFIX = re.compile(
    rf"\s*(?:{_RESPONDER}\s?[:：]|[【\[(<（＜]\s?{_RESPONDER}\s?[】\])>）＞])",
    re.IGNORECASE,
)
"""A responder's name as only programs write it at the head of a subject: before a colon or in brackets."""

SUBJECT = re.compile(rf"\s*(?:re\s?[:：]\s*)?[【\[(<（]?\s?(?:{_RESPONDER}(?![a-z])|{_BEGINS})", re.IGNORECASE)
"""The head of a subject of responders, and of people who write about absence."""

RE = re.compile(r"\s*(?:re|aw|sv|vs|antw|rv)\s?(?:\[\d+\])?[:：]", re.IGNORECASE)
"""The head of a subject of an answer."""

SENTENCE = re.compile(
    any_of(
        r"this is an? (?:auto|machine)|automat(?:ic|ed|ically)[- ](?:generated )?(?:reply|response|message|e-?mail)",
        r"auto-?(?:reply|response|responder)|out of (?:the )?(?:office|town)|away from (?:my|the) (?:desk|office)",
        r"(?:i am|i'm|i will be|i'll be|will be) (?:currently )?(?:away|out|travell?ing|on (?:\w{1,9} )?(?:leave|vac))",
        r"limited access to|(?:when|after|upon) (?:i|my) return|no longer (?:work|with|employed|at|monitored)",
        r"do(?: |n.t )not reply to this|please do not reply|we have received your",
        r"(?:thank you|thanks) for (?:your (?:e-?mail|message|inquiry|enquiry)|contacting|writing)",
        r"your (?:message|request|e-?mail) has been received",
        r"bin ich (?:nicht|außer|bis|ab)|nicht im (?:büro|haus)|abwesen|automatisch (?:generiert|erstellt)",
        r"je suis (?:absent|en congé|actuellement)|message automatique|ik ben (?:afwezig|niet)",
        r"estoy (?:fuera|de vacaciones|ausente)|estaré (?:fuera|ausente)|sono (?:assente|fuori|in ferie)|sarò assente",
        r"estou (?:fora|ausente|de férias)|jag är (?:borta|ledig|inte)|нахожусь в отпуске|буду отсутствовать",
        r"自动回复|不在办公室|休假",
        r"自動(?:的に)?(?:返信|応答|配信|送信)|休暇(?:を(?:いただ|頂|取)|中|のため)|休業(?:させて|いたし|致し|中|とさせ)",
        r"不在(?:に(?:し|いたし|致し)|と(?:なり|なっ)|です|のため|にしております)|外出(?:して|中)|出張(?:して|中)|出社(?:し|後)",
        r"(?:後日|改めて|追って|後ほど|折り返し).{0,20}(?:ご?連絡|ご?返信|ご?返答|回答)|受け付け(?:いたし|致し|まし)",
        r"お問い?合わせ(?:いただき|頂き|を受け付け|ありがとう)|本メールは.{0,20}(?:自動|送信専用)",
        r"返信(?:いただいても|されても|できません|不可)",
    ),
    re.IGNORECASE,
)
"""Sentences of vacation notices and of receipts for a request."""
