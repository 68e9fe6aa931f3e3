"""The words by which a line of a signature is told from a line of the letter above it.

Data only, for lines as compared (NFKC, see `core.page`), without regard to case.
"""

PHONE_LABELS = (
    r"tel|telephone|phone|fax|mobile|mob|cell(?:ular)?|direct|office|desk|main|toll free|ext|dial|t|f|m|p|d|o|h|c|w"
    r"|ph"
    r"|tél|téléphone|télécopie|portable|telefon|telefono|teléfono|telefone|telemóvel|celular|móvil|handy|mobil|mobiel"
    r"|tfn|tlf|tlph|puh|gsm|cep|тел|телефон|моб|факс|τηλ|κιν|điện thoại|โทร|נייד|טלפון|هاتف|جوال"
)
CJK_PHONE_LABELS = (
    "電話番号|電話|携帯電話|携帯|直通|代表|内線|ファックス|ファクス|ファクシミリ|电话|手机|传真|傳真|전화|팩스|휴대폰"
)
NETWORKS = (
    r"skype|twitter|linkedin|facebook|fb|instagram|ig|line(?: ?id)?|slack|github|icq|msn|aim|jabber|sip|xing|wechat"
    r"|whatsapp"
    r"|telegram|youtube|tiktok|blog|web(?:site)?|hp|url|homepage|home page|ホームページ|公式サイト|ウェブサイト"
    r"|ブログ|ツイッター"
)
MAIL_LABELS = r"e-?mail|mail|email|メール|メールアドレス|eメール|courriel|correo|邮箱|郵箱|이메일|mailto"
ORGANISATIONS = (
    r"株式会社|有限会社|合同会社|合資会社|\([株有同]\)|(?:社団|財団|医療|学校|宗教|社会福祉|npo|独立行政)法人"
    r"|(?:法律|会計|税理士|行政書士"
    r"|司法書士|特許)事務所|大学(?:院|部)?(?:\s|$)|協同組合|信用金庫|商店(?:\s|$)|工業(?:\s"
    r"|$)|製作所|研究所|生活協同組合"
    r"|\b(?:inc|ltd|llc|llp|corp(?:oration)?|co\., ?ltd|company|gmbh|ag|kg|s\.?a\.?r?\.?l?|s\.?p\.?a|s\.?r\.?l|b\.?v"
    r"|n\.?v|a/s|oy|ab|as"
    r"|pty|plc|university|institute|college|group|associates|partners|solutions|ооо|зао"
    r"|sp\. z o\.o)\b\.?|有限公司|주식회사|\(주\)"
)
TITLES = (
    r"代表取締役|取締役|社長|部長|次長|課長|係長|主任|主査|室長|店長|所長|局長|支店長|マネー?ジャー|リーダー"
    r"|ディレクター|担当|弁護士"
    r"|司法書士|行政書士|税理士|教授|事務局"
    r"|(?:事業|営業|総務|人事|法務|経理|開発|企画|管理|業務|技術|広報|情報|製造|販売|システム|サポート"
    r"|カスタマー).{0,12}(?:部|課|室|係|局|本部|グループ|チーム|センター)|.{1,12}(?:支店|営業所|支社|事業所|センター"
    r"|事業部)(?:\s|$)"
    r"|\b(?:manager|director|engineer|president|officer|ceo|cto|cfo|coo|vp|founder|partner|consultant|analyst"
    r"|developer"
    r"|architect|designer|assistant|coordinator|specialist|representative|attorney|lawyer|professor|ph\.? ?d|m\.?d"
    r"|dr|head of"
    r"|team lead|department|division|sales|support|marketing|administrator|secretary|accountant|student|editor"
    r"|geschäftsführer|abteilung|leiter|directeur|responsable|gerente|direttore|directeur|chef)\b"
)
# Labels of data a person gives as part of what they ask; a signature has none of them.
REQUEST_LABELS = (
    r"(?:ご|お)?(?:氏名|名前|姓名)|ふりがな|フリガナ|(?:よみ|読み)(?:がな|仮名|方)?|生年月日|誕生日|性別|年齢|旧姓"
    r"|(?:旧|新|現|変更[前後])の?"
    r"(?:ご?住所|氏名|お?名前|メール.{0,6}|電話.{0,4})|会員(?:番号|id|no|名|コード|登録.{0,8})?"
    r"|(?:お客様|顧客|ユーザー|ログイン|アカウント|利用者)"
    r"(?:番号|id|no|名|コード)|アカウント"
    r"|(?:ご?契約|ご?注文|受付|管理|問い?合わせ|証券|口座|予約|伝票|製造|シリアル|申込)(?:番号|no|id|者|名|日)"
    r"|(?:ご?登録|ご?利用|ご?購入|ご?契約|ご?注文|お?申し?込み?|ご?請求|ご?希望|ご?依頼|ご?本人|代理人|対象|開示"
    r"|訂正|削除|停止|変更|理由|内容)"
    r"(?:者|の.{1,10}|内容|項目|方法|理由|種類|期間|日時?|時期|店舗?|品|情報|データ|メール.{0,6}|電話.{0,4}|住所"
    r"|氏名|名|確認.{0,6})?"
    r"|本人確認.{0,8}|続柄|委任者|請求者|申請者|申出人|生まれ|マイナンバー|商品名?|品名|件名|用件|要件|備考"
    r"|添付(?:書類|資料|ファイル)?"
)
LATIN_REQUEST_LABELS = (
    r"(?:full |first |last |given |family |maiden |my |your )?names?|(?:date of )?birth(?: ?date|day)?|d\.?o\.?b\.?"
    r"|gender|age|(?:customer|client"
    r"|account|member(?:ship)?|user|order|contract|policy|reference|ticket|case|invoice|booking|loyalty"
    r"|card)(?: (?:id|no\.?|nr|number|name|holder))?"
    r"|username|login|registered .{1,20}|(?:old|new|current|previous) (?:address|e-?mail|phone|name).{0,10}"
    r"|request(?:ed)?.{0,20}|subject"
    r"|right.{0,10}|data .{0,12}|passport.{0,10}|nationality|reason|period|vorname|nachname|geburtsdatum"
    r"|kundennummer|nom|prénom"
    r"|date de naissance|nombre|apellidos|fecha de nacimiento"
)
WEAK_REQUEST_LABELS = (
    r"ご?(?:現)?住所|(?:お)?電話番号|携帯(?:電話)?番号|メールアドレス|(?:ご)?連絡先|郵便番号"
    r"|(?:home |postal |mailing )?address|phone number"
    r"|e-?mail address|telephone number|zip(?: code)?"
)
# Labels a signature may have beside those of phones and mail; two lines under other labels are part of the letter.
SIGNATURE_LABELS = (
    r"電話(?:番号)?|携帯(?:電話|番号)?|直通|代表|内線|ファックス|ファクス|メール(?:アドレス)?|住所|所在地|本社|本店"
    r"|本部|支店|支社|事務所|工場|店舗"
    r"|営業時間|受付時間|診療時間|営業日|定休日|休診日|休業日|担当(?:者|部署)?|部署|所属|登録番号|許可番号|資格"
    r"|公式サイト|ホームページ|ブログ|アドレス"
    r"|フリーダイヤル|業務時間|勤務時間|会社|氏名|代表者|郵便番号|ウェブ|サイト"
)
# What the last line above a block says when the block is part of the letter.
LEADS = (
    r"(?:以下|下記|左記)(?:の|に|が|へ|は|を|で|まで|です|となり|通り|とおり|どおり|[、:]|$)"
    r"|次の(?:通り|とおり|よう|内容|情報|住所|番号|連絡先)"
    r"|(?:とおり|通り|次第)(?:です|でございます|となります)"
    r"|連絡先(?:は|を|:|です)|(?:宛|あて|送付先|届け先|返送先|振込先)(?:に|は|:|へ)|記$|:$"
    r"|\b(?:as follows|following|below|here (?:is|are)|my details|reach me|contact me|call me|write to|send (?:it"
    r"|them) to|listed)\b"
)
# Words that close a Japanese letter; they are no name.
LETTER_ENDS = (
    "以上|以上です|敬具|草々|早々|かしこ|謹言|拝具|敬白|頓首|追伸|追記|ps|p\\.s|記|別紙|添付|end|fin|おわり|終わり"
)
