"""A mail that only brings the password of a file is told from every other mail that speaks of passwords."""

import pytest

from mailbot.core.reader.attachment.password_mail import is_password_mail
from tests.effort import within

BRINGS = [
    ("パスワードのお知らせ", "先ほどお送りしたファイルのパスワードをお送りします。\n\nパスワード:abc123"),
    (
        "パスワードの件",
        (
            "お世話になっております。山田です。\n先程のメールに添付したファイルの解凍パスワードは下記の通りです。\n\n"
            "Kx7#pQ2m\n\n以上、よろしくお願いいたします。"
        ),
    ),
    ("Re: 開示請求書の送付", "添付ファイルの解凍パスワード:\nTaro-2026\n"),
    ("【パスワード】請求書類送付の件", "先にお送りいたしました書類のパスワードをお知らせいたします。\nPW:9876zyx"),
    (
        "添付ファイルのパスワード通知",
        "添付ファイル名:request.zip\nパスワード: 8f3Kd02L\n\n※本メールは自動送信されています。",
    ),
    ("zipのパスワード", "zipファイルのパスワードは「himitsu01」です。"),
    ("", "先ほどの資料のパスワードは Aki2026! です。よろしくお願いします。"),
    ("パスワード送付", "パスワードを送付いたします。\n\n  q7Rt5-yy\n\n山田太郎"),
    ("件のファイルについて", "先ほどのファイルのパスワードは、弊社代表電話番号の下4桁です。"),
    (
        "委任状データのパスワード",
        (
            "株式会社サンプル 御中\n\n先ほど送付した委任状データのパスワードは以下のとおりです。\n\n――――――――\n"
            "パスワード : sample-2026\n――――――――\n\nご確認のほどよろしくお願い申し上げます。"
        ),
    ),
    ("解凍パスワード", "解凍PW=abcd1234"),
    ("パスワード", "himitsu2026"),
    ("Fwd: パスワード", "PASS: 55aaBB"),
    ("開示請求書(2/2)", "1通目のメールに添付した請求書のパスワードをお送りします。\n【パスワード】\nzx81-QL\n"),
    ("暗号化ファイルの復号パスワードについて", "暗号化ファイルの復号パスワードをご連絡いたします。\npassword:Fuji3776"),
    ("パスワードをお送りします", "前のメールでお送りした身分証明書のコピーを開くためのパスワードです。\n\nmenkyo0401"),
    (
        "【自動送信】添付ファイルのパスワードのご案内",
        (
            "お送りした添付ファイルを開くためのパスワードをご案内いたします。\n件名: 開示請求書の送付\n送信日時: "
            "2026/11/20 14:10\nパスワード: gT5!vv90\n本メールは送信専用です。"
        ),
    ),
    ("訂正資料のPW", "先ほどの訂正資料のＰＷ：ｔａｒｏ００１"),
    ("先ほどのメールの件", "ﾊﾟｽﾜｰﾄﾞは abc999 です。"),
    ("本人確認書類の件", "本人確認書類(PDF)の閲覧パスワードは次のとおりです。\n19700101"),
    (
        "利用停止請求書のパスワード",
        "先ほどお送りした利用停止請求書のパスワードを別送いたします。\nパスワード:stop-2026",
    ),
    (
        "パスワード通知",
        (
            "先ほど送信いたしましたメールの添付ファイルは、パスワード付きZIPとなっております。\n"
            "解凍パスワード:nTk82\nお手数ですが、ご確認をお願いいたします。"
        ),
    ),
    ("Password", "The password for the attached file I sent earlier is: Kestrel-42"),
    ("password for the zip", "Hello,\n\nHere is the password for the zip file: blue-Whale-7\n\nKind regards,\nHanako"),
    ("Re: Access request", "The password for the document in my previous email is Xy9!kk2."),
    (
        "Second email",
        "Please find below the password to open the attachment I sent in my last email.\n\nPassword: 12-Oaks\n",
    ),
    ("File password", "As promised, the passphrase for the archive I sent before is:\n\ncorrect-horse-1\n"),
    ("Your file", "Password to unzip the files: qwe123RTY"),
    ("PW", "pw: qwe123"),
    (
        "Attachment password",
        (
            "Dear Sir or Madam,\nfollowing my earlier message, the password for the scans is Robin88.\nBest wishes\n"
            "Taro Yamada"
        ),
    ),
    (
        "Password for request form",
        "I am sending you the password of the encrypted PDF as announced.\nPassword = form#2026",
    ),
    ("password to decrypt", "Use this passphrase to decrypt the file: a-b-c-9"),
    ("", "さっき送ったファイルのパスワードです→ neko22"),
    ("身分証のPDF", "身分証のPDFを開くパスワードは、私の誕生日8桁です。"),
    ("Passcode for attachment", "The passcode for the attached scan sent a few minutes ago: 4471"),
    ("Fw: パスワード / password", "添付ファイルのパスワード / Password for the attached file\nabcDEF12"),
]

BRINGS_NONE = [
    ("開示請求", "個人情報の開示を請求します。"),
    ("", ""),
    ("パスワードを忘れました", "マイページのパスワードを忘れてログインできません。"),
    ("パスワード再設定", "パスワードの再設定をお願いします。"),
    ("パスワード再発行のお願い", "会員サイトのパスワードを再発行してください。"),
    ("ログインできない", "パスワードを入力しても通りません。パスワードは abc123 です。"),
    ("アカウント削除", "アカウントとパスワードを削除してください。"),
    ("退会したい", "退会したいのですが、会員IDとパスワードがわかりません。"),
    ("情報漏えい", "御社から私のパスワードが流出したと聞きました。本当でしょうか。"),
    ("不正ログイン", "身に覚えのないログインがありました。パスワードは変更しました。"),
    (
        "開示請求書の送付",
        "開示請求書を添付いたします。添付ファイルはパスワード付きです。パスワードは別途お送りします。",
    ),
    ("開示請求書の送付", "開示請求書をお送りします。\n解凍パスワードは別メールにてご連絡いたします。"),
    ("資料送付", "資料をお送りします。パスワードは後ほどお送りします。"),
    ("書類", "書類はパスワードを設定しております。パスワードはお電話でお伝えします。"),
    ("パスワードが届きません", "先日いただいた添付ファイルのパスワードが届いていません。再送をお願いします。"),
    ("パスワードについて", "お送りいただいたファイルのパスワードを教えてください。"),
    ("ファイルが開けません", "いただいたzipファイルのパスワードが違うようで開けません。"),
    ("開示の件", "回答書のパスワードは何ですか?"),
    ("開示請求", "開示請求書を添付します。パスワードはabc123です。\n私の購入履歴をすべて開示してください。"),
    ("利用停止", "メールマガジンの配信を停止してください。ファイルのパスワード:abc123"),
    ("管理方法について", "御社ではパスワードをどのように保存されていますか。"),
    ("要望", "パスワードの使い回しを防ぐ仕組みを入れてください。"),
    ("質問", "パスワードは何文字以上ですか。"),
    ("初期パスワード", "届いた初期パスワードでログインできません。初期パスワード:abc123"),
    ("認証", "ワンタイムパスワード:123456"),
    ("登録情報", "ID:taro\nログインパスワード:abc123\nこの登録を消してください。"),
    ("会員情報", "会員番号 123、パスワードは abc123 で登録した者です。住所の訂正をお願いします。"),
    ("Wi-Fi", "店舗のWi-Fiのパスワード:abc12345"),
    ("訂正", "暗証番号を変更したい。"),
    ("お問い合わせ", "パスワード付きの書類で回答をいただけますか。"),
    ("回答方法", "回答はパスワード付きPDFで送ってください。パスワードは私の生年月日にしてください。"),
    ("開示方法", "データはCDに入れ、パスワードは郵送で送ってください。"),
    ("苦情", "添付ファイルのパスワードを同じメールで送るのはやめてください。説明を求めます。"),
    ("御礼", "パスワードを受け取りました。ファイルを確認します。ありがとうございます。"),
    ("Forgot my password", "I forgot my password and cannot log in."),
    ("Password reset", "Please reset the password of my account."),
    ("Delete my account", "Please delete my account and its password."),
    ("Data breach", "Was my password leaked in the breach? Was it stored in plain text?"),
    (
        "Access request",
        "I attach my request form. The file is password protected; I will send the password separately.",
    ),
    ("Access request", "Please find attached my form. The password will follow in a separate email."),
    ("Cannot open", "I did not receive the password for the file you sent. Could you resend it?"),
    ("Your answer", "What is the password for the attachment?"),
    ("Question", "The document asks for a password. Please send the password to this address."),
    ("Request", "Please send the data in a password-protected file."),
    ("Erasure", "Please erase all my data.\nPassword for the form: abc-123"),
    ("Login", "My username is taro and my password is abc123, but I cannot sign in."),
    ("One-time password", "Your one-time password is 123456"),
    ("問い合わせ", "昨日「添付ファイルのパスワードをお送りします」というメールが届きました。心当たりがありません。"),
    ("phishing", "I got an email saying 'here is the password for your file'. Did you send it?"),
    ("開示請求", "身分証を添付します。パスワードは別途。"),
    ("書類送付", "先ほどお送りしたファイルは次のとおりパスワード付きです。"),
    ("Security", "Do you store passwords hashed?"),
    ("Thanks", "Thank you, the password worked and I could read the file."),
    ("Correction", "My address is wrong. My new address is 1-2-3 Example Street."),
]


@pytest.mark.parametrize(("subject", "text"), BRINGS)
def test_a_mail_that_only_brings_a_password_is_one(subject: str, text: str) -> None:
    assert is_password_mail(subject, text)


@pytest.mark.parametrize(("subject", "text"), BRINGS_NONE)
def test_any_other_mail_that_speaks_of_passwords_is_none(subject: str, text: str) -> None:
    assert not is_password_mail(subject, text)


@pytest.mark.parametrize(
    "piece",
    ["パスワード", "パスワード:", "パスワードは", "password ", "a", "a: ", "!" * 70 + " ", "開示", "。", "\n", "「"],
)
def test_a_megabyte_is_read_in_a_moment(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    within(0.5, lambda: is_password_mail(text, text))
