"""Credentials in commands, tables, blocks and languages of every day; forms are read as in `credentials`."""

# ruff: noqa: RUF001 - the colons and quotes of other languages
from __future__ import annotations

CODE: dict[str, str] = {
    "constant": "const API_SECRET = '«W8»-«W8»-«D4»';",
    "exported constant": 'export const SIGNING_SECRET = "«W8»-«W8»-«D4»";',
    "Python constant": 'CLIENT_SECRET = "«W9»_«W8»_«D4»"',
    "constant of words": "const apiSecret = '«W9»-«W8»';",
    "private static": 'private static final String AUTH_TOKEN = "«W8»-«W8»-«D3»";',
    "token of words": "token: '«W8»-«W8»-«D4»',",
    "member of words": '{"client_secret": "«W8»-«W8»-«D4»"}',
    "WordPress": "define('AUTH_KEY',         '«P20» |{«P20»$>;«P12»');",
    "WordPress salt": "define( 'SECURE_AUTH_SALT', '«P12»(«P12»]`«P20»&,«P12»' );",
    "wallets of a chain": "// private key of the deployer\naccounts: ['0x«H64»']",
    "wallets in a list": "accounts: [`0x«H64»`, '«H64»'], // PRIVATE KEYS",
    "Android resource": '<string name="maps_api_secret">«A32»</string>',
    "Android resource of words": '<string name="login_password">«W8»«D4»</string>',
}

NAMES: dict[str, str] = {
    "PagerDuty": "routing_key: «H32»",
    "PagerDuty member": '{"routing_key": "«H32»", "event_action": "trigger"}',
    "integration key": "integration_key = «H32»",
    "Consul": "AccessorID: 0d7c1e52-5b1f-4b6a-9a53-2f6c1b7f4e10\nSecretID:        "
    " «H8»-«H4»-4«H3»-a«H3»-«H12»",
    "Consul member": '{"SecretID": "«H8»-«H4»-4«H3»-a«H3»-«H12»"}',
    "AppRole": "secret_id = «H8»-«H4»-4«H3»-a«H3»-«H12»",
    "TOTP seed": "totp_seed: «Z32»",
    "second factor": "mfa_seed=«Z26»",
    "one-time seed": '{"otp_seed": "«Z32»"}',
    "one-time secret": "otp_secret: «Z32»",
    "Rails master key": "$ cat config/master.key\n«H32»\n",
    "Rails credentials key": "cat config/credentials/production.key\n«H32»",
    "Maven master": "<settingsSecurity><master>{«B44»=}</master></settingsSecurity>",
    "SMTP PLAIN": "AUTH PLAIN «B40»=",
    "SMTP PLAIN in two steps": "AUTH PLAIN\n334 \n«B40»=",
    "SMTP LOGIN": "AUTH LOGIN\n334 VXNlcm5hbWU6\n«B16»\n334 UGFzc3dvcmQ6\n«B24»",
    "SMTP LOGIN with a name": "C: AUTH LOGIN dXNlckBhLmV4YW1wbGU=\nS: 334 UGFzc3dvcmQ6\nC: «B24»",
    "SASL of IRC": "AUTHENTICATE PLAIN\nAUTHENTICATE «B40»",
    "Spanish": "Usuario: bob\nContraseña: «A14»",
    "French": "Mot de passe : «A14»",
    "French in a sentence": "le mot de passe est «A14».",
    "German": "Passwort: «W12»\nBenutzer: bob",
    "German too": "Kennwort = «A12»",
    "German in a sentence": "Das Passwort lautet «A12».",
    "Portuguese": "senha: «A14»",
    "Polish": "hasło: «A14»",
    "Russian": "пароль: «A14»",
    "Ukrainian": "Пароль — «A14»",
    "Chinese": "密码：«A14»",
    "Traditional Chinese": "密碼: «A14»",
    "Japanese": "パスワード：「«A14»」",
    "Korean": "비밀번호: «A14»",
    "Italian": "parola d'ordine: «A14»",
    "Dutch": "wachtwoord: «A14»",
    "Turkish": "şifre: «A14»",
    "Swedish": "lösenord: «A14»",
    "Czech": "heslo: «A14»",
    "member in German": '{"passwort": "«W12»"}',
    "member in Russian": '{"пароль": "«A14»"}',
}

COMMANDS: dict[str, str] = {
    "ssm": "aws ssm put-parameter --name /prod/db/password --type SecureString --value '«W8»-«W8»-«D2»'",
    "ssm over lines": 'aws ssm put-parameter \\\n  --name "/a/b" \\\n  --value "«A20»" \\\n  --type'
    " SecureString",
    "secrets manager": "aws secretsmanager create-secret --name prod/db --secret-string '«P16»'",
    "secrets manager of JSON": "aws secretsmanager put-secret-value --secret-id x --secret-string"
    ' \'{"username":"app","password":"«W12»"}\'',
    "pulumi": "pulumi config set --secret dbPassword '«W8»-«W8»-9'",
    "pulumi behind": "pulumi config set dbPassword «A16» --secret",
    "heroku": "heroku config:set SOME_SECRET=«W8»-«W8»-«D3» -a app",
    "gh with a body": "gh secret set DEPLOY_PHRASE --body '«W8»-«W8»-9'",
    "gh over a here string": "gh secret set DEPLOY_TOKEN <<< '«W8»-«W8»-9'",
    "vercel": "echo '«A24»' | vercel env add API_SECRET production",
    "vercel with a here string": "vercel env add API_SECRET production <<< «A24»",
    "fly": "fly secrets set DATABASE_PHRASE=«W8»-«W8»-9 OTHER=«A16»",
    "wrangler": "echo «A24» | npx wrangler secret put API_PHRASE",
    "kubectl": "kubectl create secret generic x --from-literal=phrase='«W8»-«W8»-7' --from-literal pin=«W8»9",
    "vault kv": "vault kv put secret/x phrase=«W8»-«W8» ttl=1h",
    "vault write": "vault write auth/userpass/users/bob password='«W8»-«W8»'",
    "doppler": "doppler secrets set API_PHRASE='«W8»-«W8»'",
    "doppler of two words": "doppler secrets set API_PHRASE «W8»-«W8»-7",
    "key vault": "az keyvault secret set --vault-name v --name n --value '«W8»-«W8»-7'",
    "gcloud": "echo -n '«W8»-«W8»-7' | gcloud secrets versions add x --data-file=-",
    "gcloud with a printf": 'printf "%s" "«W8»-«W8»-7" | gcloud secrets create x --data-file=-',
    "docker secret": "printf '«W8»-«W8»-7' | docker secret create db_phrase -",
    "cryptsetup": "cryptsetup luksOpen /dev/sda2 root <<< '«W8»-«W8»-7'",
    "cryptsetup through a pipe": "echo -n «W8»-«W8» | cryptsetup open /dev/sda2 x -",
    "ssh-keygen": "ssh-keygen -t ed25519 -f k -N '«W8»-«W8»-7'",
    "ssh-keygen, old": "ssh-keygen -p -P '«W12»' -N '«W8» «W8» 7' -f k",
    "chpasswd": "chpasswd <<< 'bob:«W12»'",
    "chpasswd here": "chpasswd <<EOF\nbob:«W12»\nEOF",
    "passwd": "echo -e '«W12»\\n«W12»' | passwd bob",
    "usermod": "useradd -m -p '«P14»' bob",
    "expect": 'expect {\n  "*assword:*" { send "«W8»-«W8»\\r" }\n}',
    "minio": "mc alias set prod https://s3.example backups «A40»",
    "minio, old": "mc config host add prod https://s3.example backups «A40»",
    "railway": "railway variables --set API_SECRET=«W8»-«W8»",
    "supabase": "supabase secrets set API_PHRASE=«W8»-«W8»-9",
    "firebase": "firebase functions:config:set stripe.phrase='«W8»-«W8»-9'",
    "netlify": "netlify env:set API_SECRET «W8»-«W8»-9",
    "circleci": "circleci context store-secret x API_PHRASE <<< '«W8»-«W8»-9'",
    "terraform variable": "terraform apply -var db_password=«W8»-«W8»-9",
    "docker build": "docker build --build-arg NPM_SECRET=«W8»-«W8»-9 .",
    "sops": 'sops set a.yaml \'["db"]["password"]\' \'"«W8»-«W8»-9"\'',
    "conjur": "conjur variable set -i a/b/phrase -v «W8»-«W8»-9",
    "keychain": "security add-generic-password -a bob -s svc -w '«W8»-«W8»-9'",
    "pass": "echo '«W8»-«W8»-9' | pass insert -e mail/bob",
}

BLOCKS: dict[str, str] = {
    "terraform state": '{"resources": [{"type": "random_password", "name": "db", "instances": [{"attributes":'
    ' {"length": 20, "result": "«P20»"}}]}]}',
    "terraform output": '{"outputs": {"db_login": {"value": "«W8»-«W8»-9", "type": "string", "sensitive":'
    " true}}}",
    "terraform output, sensitive first": '{"db_login": {"sensitive": true, "type": "string", "value":'
    ' "«P20»"}}',
    "recovery codes": "recovery_codes:\n  - «L5»-«L5»\n  - «L10»\n  - «L12»\n",
    "recovery codes in JSON": '{"recovery_codes": ["«L10»", "«L5»-«L5»", "«L12»"]}',
    "backup codes": "Backup codes:\n«L9»7\n4«L11»\n",
    "list of tokens": "api_tokens:\n- «A32»\n- «W8»-«W8»-9\n",
    "list of passwords": 'passwords = ["«W12»", "«A12»"]',
    "folded scalar": "api_token: >-\n  «A32»\nother: 1",
    "literal scalar": "db_password: |\n  «W8»-«W8»-9\nhost: a",
    "literal scalar over lines": "client_secret: |-\n    «A40»\n    «A40»\nhost: a",
    "CSV": "name,user,password\ndb,app,«W8»-«W8»\nmail,bob,«A14»\n",
    "CSV in quotes": '"url","username","password","note"\n"https://a.example","bob","«W12»","x"\n',
    "TSV": "user\tpassword\thost\nbob\t«W12»\ta.example\n",
    "semicolons": "Benutzer;Passwort\nbob;«W12»\n",
    "Markdown table": "| Service | User | Password |\n|---|---|---|\n| db | app | «W8»-«W8» |\n| mail |"
    " bob | `«A14»` |\n",
    "table of two columns": "| Host | db.example |\n| Password | «W8»-«W8»-9 |\n",
    "table of keys": "| Setting | Value |\n|---|---|\n| Client secret | «A32» |\n| **API token** |"
    " `«W8»-«W8»-9` |\n",
    "psql": " name |   password   \n------+--------------\n bob  | «W12» \n(1 row)\n",
    "mysql": "+----+-------------+\n| id | password    |\n+----+-------------+\n|  1 | «W12»"
    " |\n+----+-------------+\n",
    "form data": '--x\r\nContent-Disposition: form-data; name="password"\r\n\r\n«W12»\r\n--x--\r\n',
    "form data of a token": '--x\r\nContent-Disposition: form-data; name="api_token"\r\n'
    "Content-Type: text/plain\r\n\r\n«W8»-«W8»-9\r\n--x--\r\n",
    "OpenVPN": "<auth-user-pass>\nbob\n«W8»-«W8»\n</auth-user-pass>",
    "HTML form": '<input type="password" name="password" value="«W12»">',
    "HTML table": "<tr><th>Password</th><td>«W8»-«W8»-9</td></tr>",
}

EVERYDAY: dict[str, str] = {
    f"{group}: {kind}": form
    for group, kinds in (("code", CODE), ("name", NAMES), ("command", COMMANDS), ("block", BLOCKS))
    for kind, form in kinds.items()
}
"""All of them."""
