"""The sentences of a status letter (L5), one for each fact that may stand in it: data, formal Japanese and English."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "reason_awaiting_identity": (
        "{on}にご本人であることの確認をお願いし、ご返信をお待ちしているため。",
        "On {on} we asked you to confirm your identity, and we are waiting for your reply.",
    ),
    "reason_awaiting_mandate": (
        "{on}に代理権の確認をお願いし、ご返信をお待ちしているため。",
        "On {on} we asked for proof of the agent's authority, and we are waiting for your reply.",
    ),
    "reason_awaiting_clarification": (
        "{on}にご依頼の内容についてお尋ねし、ご返信をお待ちしているため。",
        "On {on} we asked you what exactly your request covers, and we are waiting for your reply.",
    ),
    "reason_requester_asked_to_wait": (
        "お待ちするようお申し出をいただき、{on}から手続きを止めてお待ちしているため。",
        "You asked us to wait, and the procedure has been on hold at your wish since {on}.",
    ),
    "reason_approving": (
        "{on}に回答の案をまとめ、弊社の責任者が確認しているため。",
        "On {on} an answer was drawn up, and the person in charge at our company is examining it.",
    ),
    "reason_papers": (
        "{on}にお送りいただいた書類により、ご本人であることを確認しているため。",
        "We are confirming your identity with the documents that reached us on {on}.",
    ),
    "reason_after_awaiting_identity": (
        "ご本人であることの確認のご返信を、{on}から{until}までお待ちしたため。",
        "From {on} to {until} we waited for your reply to our request to confirm your identity.",
    ),
    "reason_after_awaiting_mandate": (
        "代理権の確認のご返信を、{on}から{until}までお待ちしたため。",
        "From {on} to {until} we waited for your reply to our request for proof of authority.",
    ),
    "reason_after_awaiting_clarification": (
        "ご依頼の内容についてのご返信を、{on}から{until}までお待ちしたため。",
        "From {on} to {until} we waited for your reply to our question about your request.",
    ),
    "reason_after_requester_asked_to_wait": (
        "お申し出により、{on}から{until}まで手続きを止めてお待ちしたため。",
        "At your wish the procedure was on hold from {on} to {until}.",
    ),
    "gap": ("〔ここは担当者が書きます〕", "[to be written by a member of staff]"),
    "acknowledged": (
        "{on}  ご依頼を受け付け、受付のお知らせをお送りしました。",
        "{on}: we registered your request and sent you an acknowledgement.",
    ),
    "wrote": ("{on}  ご連絡が届きました。", "{on}: a message reached us."),
    "papers": ("{on}  書類が届きました。", "{on}: documents reached us."),
    "verified": ("{on}  ご本人であることの確認を終えました。", "{on}: we completed the confirmation of your identity."),
    "asked_awaiting_identity": (
        "{on}  ご本人であることの確認をお願いしました。",
        "{on}: we asked you to confirm your identity.",
    ),
    "asked_awaiting_mandate": (
        "{on}  代理権の確認をお願いしました。",
        "{on}: we asked for proof of the agent's authority.",
    ),
    "asked_awaiting_clarification": (
        "{on}  ご依頼の内容についてお尋ねしました。",
        "{on}: we asked you what exactly your request covers.",
    ),
    "asked_requester_asked_to_wait": (
        "{on}  お申し出のとおりお待ちする旨をお知らせしました。",
        "{on}: we confirmed that we would wait as you asked.",
    ),
    "approval_asked": (
        "{on}  回答の案をまとめ、弊社の責任者に確認を求めました。",
        "{on}: an answer was drawn up and put before the person in charge at our company.",
    ),
    "left_after_reply": (
        "ご連絡をいただきましたら手続きを進め、届いた日の翌日から数えて{days}営業日以内に結果をお知らせいたします。",
        "Once we hear from you, the procedure goes on, and you will have the result within {days} business days.",
    ),
    "left_approving": (
        "弊社の責任者の確認を終え、{on}までに結果をお知らせいたします。",
        "The examination is to be completed, and we will tell you the result by {on}.",
    ),
    "left_identity": (
        "ご本人であることの確認を終え、{on}までに結果をお知らせいたします。",
        "Your identity is to be confirmed, and we will tell you the result by {on}.",
    ),
    "left_decision": (
        "ご依頼への回答を決め、{on}までに結果をお知らせいたします。",
        "The answer to your request is to be decided, and we will tell you the result by {on}.",
    ),
}
"""Code to (Japanese, English). `reason_…` says why it takes time, `reason_after_…` after a stop that is over, `asked_…`
and the plain codes what was done, `left_…` what remains; the end of a code is a reason of `core.policy.STOPS`."""
