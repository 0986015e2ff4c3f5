"""Names of credentials: the one table behind recording, matching and lint; prefixes stand in `_prefixes`.

A name counts in every spelling (snake, kebab, camel, shouted, with blanks or dots), wherever it
stands: as a JSON member, a header field, `NAME=value`, `name: value`, a command-line option, a
parameter of a URL. What its value must look like says `_values`.
"""

# ruff: noqa: SIM905 - words in a row are read more easily than quotes and commas
from __future__ import annotations

CREDENTIAL_HEADERS = frozenset(
    {
        "authorization", "proxy-authorization", "x-api-key", "api-key", "cookie", "set-cookie",
        "x-amz-security-token", "x-goog-api-key", "anthropic-user-profile-id", "x-mockapi-token",
    }
)  # fmt: skip
"""Header fields, in lower case, whose value is a credential or points at a person."""

ENDINGS = tuple(
    "token secret secretid password passwd passphrase passcode pwd authorization phpsessid jsessionid"
    " samlresponse samlassertion storepass keypass userpass dbpass recoverycode backupcode scratchcode"
    " sessionid sonarlogin keymaterial sessid aspxauth totpseed otpseed mfaseed 2faseed hotpseed"
    " walletseed nwkskey appskey nwkkey dockerconfigjson authtok honeycombteam keycontent".split()
)
"""A name that ends so is a credential's, whatever stands before. Here and below without joints."""

SEPARATE_ENDINGS = tuple(
    "pass pw pat auth dsn sas bearer creds credential credentials psk salt session sess sid psid"
    " clearance cookie".split()
)
"""Likewise as a word of its own behind another (`db_pass`, not `compass`)."""

PASS_OWNERS = tuple(
    "require remote imap smtp mail root admin bind ldap ftp ssh db user store key sql mysql pg proxy"
    " http wifi"
    " wpa login default master vault become svn keystore truststore cert sudo".split()
)
"""What stands before `pass` in one word (`rootpass`, unlike `compass`)."""

KEYS = tuple(
    "api access secret private encryption decryption signing signature master account subscription"
    " service auth authentication authorization licence license ssh shared app application client deploy"
    " admin root session role anon consumer webhook server write hmac aes rsa jwt sas storage function"
    " functions ingest integration cipher crypt preshared wrapping security credential user wireguard bot"
    " openai anthropic gemini stripe sendgrid azure google aws gcp validation nonce wpa totp otp fernet"
    " vault unseal loggedin recovery local".split()
)
"""What stands before `key` where it opens something."""

PLAIN_KEYS = tuple(
    "cache primary foreign public pub partition sort row object idempotency surrogate websocket lookup"
    " dict map index group hash range composite natural unique candidate merge join dedup dedupe event"
    " message lock state query list item field column translation locale registry shortcut hot arrow s3"
    " bucket blob file path prefix data image attachment json xml config settings property feature flag"
    " metric tag label sorting grouping verify verification host meta control escape return mon tur don"
    " whis jockey answer search result job task node trace span order".split()
)
"""What stands before `key` where it opens nothing; before any other `key` a value that a machine made"
    " counts."""

LITERAL_OWNERS = tuple(
    "api auth access secret private encryption decryption signing master hmac jwt aes refresh bearer bot"
    " deploy service webhook client consumer app licence license".split()
)
"""What stands before `key` or `token` where a quoted literal is a credential, even of words and a number."""

FOREIGN_PASSWORDS = tuple(
    "passwort kennwort senha wachtwoord contraseña contrasena motdepasse hasło haslo heslo salasana"
    " lösenord şifre sifre parola paroladordine jelszó adgangskode пароль 密码 密碼 口令 パスワード 暗証番号"
    " 비밀번호 암호 mậtkhẩu पासवर्ड পাসওয়ার্ড كلمةالمرور كلمةالسر رمزعبور סיסמה סיסמא รหัสผ่าน".split()
)
"""A password in other languages, without joints."""

FOREIGN_IN_TWO_WORDS = ("mật khẩu", "Mật khẩu", "كلمة المرور", "كلمة السر", "رمز عبور")
"""Those of them that a text writes in two."""

HARMLESS = tuple(
    "pagetoken nexttoken continuationtoken paginationtoken pretoken padtoken eostoken bostoken septoken"
    " unktoken masktoken clstoken stoptoken specialtoken endtoken starttoken lasttoken firsttoken pertoken"
    " publickeytoken cancellationtoken canceltoken rolekeytoken resumetoken synctoken inputtoken"
    " outputtoken pagingtoken cursortoken sessionstate".split()
)
"""Names that only end like a credential's: places in a list, words of a tokenizer."""

PASSWORDS = tuple(
    "password passwd passphrase passcode pwd pass pw psk storepass keypass userpass dbpass recoverycode"
    " backupcode scratchcode keycontent".split()
)
"""Endings of what people choose themselves: shorter and plainer than what machines make."""

WORDS = frozenset(
    "required optional mandatory password passwort kennwort wachtwoord contrasena motdepasse wachtwoorden"
    " passphrase changeme changeit undefined disabled enabled unchanged anything whatever something"
    " forgotten forgot incorrect incorrectly authentication authorization authenticated placeholder"
    " encrypted decrypted protected plaintext cleartext sensitive redacted obfuscated unknown nullable"
    " nonempty confidential generated validated rejected accepted supplied provided specified expired"
    " mismatch missing character characters varchar nvarchar alphanumeric numeric strings bytestring"
    " secretstr charfield textfield passwordfield textinput passwordinput description description_text"
    " username hostname database localhost development production manually automatic automatically"
    " environment variable variables parameter parameters argument arguments constant property keyring"
    " keychain interactive prompted unspecified unsupported deprecated available unavailable invalidated"
    " resettable minlength maxlength hidden masked stored hashed bytearray chararray strong medium default"
    " example template erforderlich obligatoire requerido requerida obrigatorio obligatorio vergessen"
    " supported repeatable configured encrypted".split()
)
"""Words that stand where a password would, and mean something else: a state, a type, the name of a field."""

SUFFIXES = tuple(
    "prod production dev staging stage test live old new b64 base64 base data value hash".split()
)
"""What may follow the ending of a name, besides a number (`API_KEY_2`, `DB_PASSWORD_PROD`)."""

URL_NAMES = tuple(
    "key sig signature code auth pass pw jwt assertion hmac x-amz-signature x-goog-signature"
    " x-amz-credential awsaccesskeyid private ticket hdnts hdnea hdntl otp invite reset confirmation"
    " verify magic x-oss-signature x-cos-signature q-signature authkey appid resourcekey".split()
)
"""Names that mean a credential only as the parameter of a URL."""

SCHEMES = tuple(
    "basic bearer token apikey api-key digest ssws geniekey splunk negotiate bot pat key oauth hmac"
    " aws4-hmac-sha256 sharedkey sharedaccesssignature hawk ntlm aws hmac-sha256 jwt vapid signature"
    " sentry acs oss qiniu tc3-hmac-sha256 goog4-rsa-sha256 klaviyo-api-key zoho-oauthtoken deepl-auth-key"
    " snowflake discogs privatetoken api-token access-token wsse scram-sha-256 dpop gnap sso-key".split()
)
"""What may stand between `Authorization:` and the credential."""

PLACEHOLDERS = frozenset(
    "your my example sample placeholder changeme redacted dummy fake insert enter todo here xxx xxxx"
    " xxxxx xxxxxx xxxxxxxx fixme none null undefined".split()
)
"""Words of a value that stands for one: `your-api-key-here`."""

PASSWORD_WORDS = frozenset(
    "pass password passwd pwd pw secret token key user username yourpassword mypassword".split()
)
"""What stands for a password in an example of a command."""

LINK_WORDS = frozenset(
    "hook hooks webhook webhooks webhookb2 webhookbot incomingwebhook workflows integration integrations"
    " t robot trigger triggers reset verify verification confirm confirmation activate activation magic"
    " invite invites invitation invitations unsubscribe key keys token tokens secret secrets auth password"
    " private sso login signin deploy rpc bot otp recover recovery share shared s".split()
)
"""Words in the path of a URL behind which a segment that a machine made opens something."""

LINK_HOSTS = tuple(
    "infura.io alchemy.com alchemyapi.io quiknode.pro getblock.io ankr.com chainstack.com blastapi.io"
    " hc-ping.com logic.azure.com webhook.office.com maker.ifttt.com webhook.site pipedream.net"
    " chat.googleapis.com nodereal.io drpc.org helius-rpc.com".split()
)
"""Hosts whose paths open something."""

ID_STARTS = tuple(
    "msg toolu srvtoolu req call resp file run thread asst chatcmpl batch msgbatch container skill wrkspc"
    " org evt sha1 sha256 sha384 sha512 md5 integrity chunk commit rev hash uuid id ids page session conv"
    " step vs ft gen cmpl user acct cus sub prod price item node task job trace span event ev pi ch in"
    " cursor data image img blob".split()
)
"""First words of ids that look like tokens: a word, a joint, letters and digits."""
