"""Credentials known by general forms, whatever the tool: syntaxes, options, outputs, pairs of names.

Forms are read as in `credentials`.
"""

from __future__ import annotations

SYNTAXES: dict[str, str] = {
    "Gradle": 'storePassword "«W8»«D4»"',
    "Groovy": "keyPassword '«A12»'",
    "macro": '#define BLYNK_AUTH_TOKEN "«A32»"',
    "dialect set": "set psksecret «A12»",
    "router set": 'set passwd "«A12»"',
    "Redis": "requirepass «W8»-«W8»",
    "tuple of Erlang": 'Options = [{user, "bob"}, {password, "«A12»"}].',
    "pair": '("password", "«A12»")',
    "pair without brackets": "'password', 'password' => 1, 'api_key', '«A24»'",
    "default of Ruby": "ENV['DB_PASSWORD'] ||= '«A12»'",
    "note in brackets": "password (root): «A12»",
    "prompt in brackets": "Password [bob]: «A12»",
    "sign of an arrow": "root password → «A12»",
    "atom": 'Options = [{:user, "bob"}, {:password, "«A12»"}]',
    "call with a name first": 'curl_setopt($c, CURLOPT_USERPWD, "bob:«A12»");',
    "arrow": "'password' => '«A12»'",
    "var_dump": '["db_password"]=>\n  string(14) "«A12»"',
    "print_r": "[db_password] => «A12»",
    "declaration": 'password := "«A12»"',
    "assignment in R": 'db_password <- "«A12»"',
    "arrow to the right": 'password -> "«A12»"',
    "setter": "client.setApiKey('«A24»');",
    "builder": '.username("bob").password("«A12»")',
    "setter of a password": 'ds.setPassword("«A12»");',
    "typed into a field": "cy.get('#password').type('«A12»')",
    "filled field": "await page.fill('input[name=\"password\"]', '«A12»')",
    "sent keys": 'driver.find_element(By.ID, "password").send_keys("«A12»")',
    "Wi-Fi": 'WiFi.begin("home-net", "«A12»");',
    "nested value": "<Password><Value>«A12»</Value></Password>",
    "SOAP": '<wsse:Password Type="http://docs.oasis-open.org/wss/2004/01/x#PasswordText">«A12»</wsse:Password>',
    "session of SOAP": "<sessionId>00D000000000«D3»!«A80»</sessionId>",
    "section of a key": "[api]\nurl = https://a.example\nkey = «A32»",
    "section of a password": "[mail]\nhost = a.example\npassword = «A12»",
    "dotted literal": "password: '«W8».«W6»«D2»'",
    "stack parameters": '{"ParameterKey":"MasterUserPassword","ParameterValue":"«A12»"}',
    "stack parameters of YAML": "- ParameterKey: DbPassword\n  ParameterValue: «A12»",
    "stack option": "ParameterKey=DbPassword,ParameterValue=«A12»",
    "parameter of a store": '{"Name": "/prod/x/db_password", "Type": "SecureString", "Value": "«A12»"}',
    "container": "- name: DB_PASSWORD\n  value: «A12»",
    "container in quotes": '- name: "API_TOKEN"\n  value: "«A24»"',
    "answer of Redis": '1) "requirepass"\n2) "«A12»"',
    "options of a queue": "lpadmin -o name=smb_password -o value=«A12»",
    "SQL secret": "CREATE SECRET s (TYPE S3, KEY_ID 'x', SECRET '«A40»');",
    "SQL pragma": "PRAGMA key = '«A12»';",
    "SQL attach": "ATTACH DATABASE 'a.db' AS b KEY '«A12»';",
    "SQL identified": 'ALTER USER bob IDENTIFIED BY "«A12»"',
    "SQL insert": "INSERT INTO users (name, password, mail) VALUES ('bob', '«A12»', 'bob@a.example');",
    "list of numbers": "network_key: [84, 27, 99, 201, 17, 88, 140, 3, 250, 66, 91, 44, 178, 5, 233, 120]",
}

ARGUMENTS: dict[str, str] = {
    "short option": "sometool -u bob -p «A12» sync",
    "capital option": "othertool -P '«A12»' x",
    "option of two letters": "plonk -pw «A12» host",
    "Windows option": "net-thing /user:bob /p «A12»",
    "glued quotes": "sshpass -p'«A12»' ssh bob@a.example",
    "user of a broker": "rabbitmqctl add_user bob «A12»",
    "run as": "schtasks /create /ru bob /rp «A12»",
    "old option": "bindtool -w «A12» -D cn=x",
    "long password": "sometool --password «A12»",
    "long pass": "sometool --passcode=«A12»",
    "long secret": "tool --secret «A24»",
    "long key": "tool --key «A24» run",
    "long token": "tool --token «A24»",
    "long auth": "tool --auth «A24»",
    "user of a variable": 'wget-like --user "$X:«A12»"',
    "user and password": "sometool -u bob:«A12» list",
    "user root": "podthing --user root:«A12» x",
    "radtest": "radtest bob «A12» localhost 0 «A12»",
    "poetry": "poetry config http-basic.foo bob «A12»",
    "nmcli": "nmcli con modify home wifi-sec.psk «A12»",
    "nmcli psk": "nmcli dev wifi hotspot ssid x psk «A12»",
    "IMAP": 'a1 LOGIN "bob" "«A12»"',
    "IRC": "PASS oauth:«L29»7",
    "access list": "ACL SETUSER bob on >«A12» ~* +@all",
    "nsupdate": "nsupdate -y hmac-sha256:key1:«B44»",
    "tunnel": "cloudflared service install eyJhIjoi«B80»",
}

OUTPUTS: dict[str, str] = {
    "gcloud": "$ gcloud secrets versions access latest --secret=db-x\n«A12»\n",
    "kubectl": "$ kubectl get secret x -o jsonpath='{.data.password}' | base64 -d\n«A12»\n",
    "pass": "$ pass show mail/password\n«A12»",
    "bw": "$ bw get password mail\n«A12»",
    "secret-tool": "$ secret-tool lookup service mail\n«A12»",
    "wg": "$ wg genkey\n«B43»=",
    "psk": "# cat /etc/wireguard/home.psk\n«B43»=",
    "Erlang": "$ sudo cat /var/lib/rabbitmq/.erlang.cookie\n«U20»",
    "op": '$ op read "op://x/y/password"\n«A12»',
    "vault": "$ vault kv get -field=password secret/x\n«A12»",
    "Elasticsearch": "Password for the [elastic] user successfully reset.\nNew value: «A20»",
    "Elasticsearch set-up": "Password for the elastic user (reset with `bin/x`):\n  «A20»\n",
    "Jenkins": "Please use the following password to proceed to installation:\n\n«H32»\n\nThis may",
    "initial password": "Initial admin password:\n«A12»",
}

LOGINS: dict[str, str] = {
    "Postfix": "[smtp.a.example]:587 bob@a.example:«A12»",
    "coturn": "user=bob:«A12»",
    "pgbouncer": 'userlist.txt:\n"bob" "«A12»"',
    "pppd": "bob * «A12» *",
    "Bundler": 'BUNDLE_GEMS__A__EXAMPLE: "bot:«A12»"',
    "trojan": "trojan://«A12»@a.example:443",
    "conda": "https://conda.a.example/t/«L4»-«A24»/main",
    "deploy hook": "https://api.a.example/deploy/srv-x1?key=«A11»",
    "stream": "rtmp://a.example/live2/«A24»",
}

NAMES: dict[str, str] = {
    "Honeycomb": "x-honeycomb-team: «A22»",
    "local key": "local_key: «A16»",
    "LoRa": "nwkSKey: «H32»\nappSKey: «H32»\nappKey: «H32»",
    "ESPHome": 'api:\n  encryption:\n    key: "«B43»="',
    "Docker": '{".dockerconfigjson": "«B80»"}',
    "sssd": "ldap_default_authtok = «A12»",
    "crypt key": "crypt key «A12»",
}

MANIFESTS: dict[str, str] = {
    "Secret of own names": "kind: Secret\nstringData:\n  smtp: «A24»\n  'stripe': '«A24»'",
    "Secret as it is shown": "apiVersion: v1\ndata:\n  SMTP: «B40»\nkind: Secret\nmetadata:\n  name: x",
    "Secret in JSON": 'got {"apiVersion": "v1", "data": {"smtp": "«B40»", "x": "«B40»"}, "kind": "Secret"}',
    "block in a Secret": "kind: Secret\nstringData:\n  a.ini: |-\n    dsn=«A24»\n    x=«A24»\n  z: «A24»\n",
    "Secret beside a ConfigMap": (
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: b\n---\napiVersion: v1\nkind: Secret\ndata:\n  a: «B40»"
    ),
}

PAIRS: dict[str, str] = {
    "AWS in a table": "ACCESSKEY\tAKIA«U16»\t2025-02-03T10:11:12+00:00\t«B40»\tActive",
    "AWS on two lines": "AKIA«U16»\n«B40»",
    "AWS in a call": 'boto3.client("s3", "eu-west-1", "AKIA«U16»", "«B40»")',
    "Twilio in a call": "twilio('AC0123456789abcdef0123456789abcdef', '«H32»')",
    "host of Composer": 'auth.json: {"github-oauth": {"github.com": "«H40»"}}',
}

FURTHER_SYNTAXES: dict[str, str] = {
    "bold name": "- **Password:** `«A12»`",
    "slanted name": "*Password:* «A12»",
    "value of its own attributes": '<Key>Password</Key>\n<Value ProtectInMemory="True">«A12»</Value>',
    "reference": 'let token: &str = "«A32»";',
    "reference with a lifetime": 'const API_KEY: &\'static str = "«A32»";',
    "type behind the name": 'var apiToken string = "«A32»"',
    "type behind As": 'Dim apiKey As String = "«A32»"',
    "declared in SQL": "DECLARE @password NVARCHAR(50) = N'«A12»';",
    "declared in Ada": 'password : constant string := "«A12»";',
    "member of what opens": '"Jwt": { "Key": "«A32»", "Issuer": "app" }',
    "array of what opens": "'crypt' => [\n    'key' => '«H32»'\n],",
    "field by attribute": "cy.get('input[name=password]').type('«A12»')",
    "field by label": "await userEvent.type(screen.getByLabelText('Password'), '«A12»')",
    "field of Capybara": "fill_in 'Password', with: '«A12»'",
    "header of a proxy": 'proxy_set_header Authorization "Basic «B30»";',
    "claims and key": "jwt.sign({ id: 1 }, '«A24»', { expiresIn: '1h' });",
    "key of a cipher": "AES.new(bytes.fromhex('«H64»'), AES.MODE_GCM)",
    "second of a cipher": "crypto.createCipheriv('aes-256-cbc', '«A32»', iv)",
    "bytes of Go": 'aes.NewCipher([]byte("«A32»"))',
    "login of Redis in code": 'red:auth("«W8»«W6»«D3»")',
    "SQL update": "UPDATE core_config SET value = '«A32»' WHERE path = 'payment/api_key';",
    "SQL setting": "INSERT INTO settings (name, value) VALUES ('stripe_secret_key', '«A32»');",
    "four times four": "EMAIL_HOST_PASSWORD = '«W4» «W4» «W4» «W4»'",
    "words in a list of arguments": "username=bob,password=«W6»-«W7»-«W6»«D2»,vers=3.0",
    "wireless network": "    Key Content            : «A12»",
    "login of IMAP": "a1 LOGIN bob «A11»«D1»\na1 OK",
    "login of Redis": "127.0.0.1:6379> AUTH default «A12»\nOK",
    "share": "net use Z: \\\\fs01\\share «A12» /user:CORP\\bob",
    "product key": "slmgr /ipk «U5»-«U5»-«U5»-«U5»-«U5»",
    "setup key": "Or enter this setup key manually: «Z16»",
    "name and value": "Login: admin / «A11»«D1»",
    "bundle": "bundle config set --local gems.corp.example bob:«A12»",
    "HAProxy": "user admin insecure-password «A12»",
    "network manager": "nmcli dev wifi connect home-net password «A12»",
    "revealed": "$ op item get mail --fields label=password --reveal\n«W8»-«W6»-«W7»«D2»",
    "made": "$ pwgen -s 20 1\n«A20»",
    "variable shown": "$ printenv API_TOKEN\n«A40»",
    "state beside a code": "GET /callback?code=4%2F0«A40»&state=«A24» HTTP/1.1",
    "letters in disorder": "the password is «X24»",
}

GENERAL: dict[str, str] = {
    f"{group}: {kind}": form
    for group, kinds in (
        ("syntax", SYNTAXES),
        ("argument", ARGUMENTS),
        ("output", OUTPUTS),
        ("login", LOGINS),
        ("name", NAMES),
        ("manifest", MANIFESTS),
        ("pair", PAIRS),
        ("further syntax", FURTHER_SYNTAXES),
    )
    for kind, form in kinds.items()
}
"""All of them."""
