"""Passwords that commands are given: as an option, behind a verb, through a pipe.

Which option of which command holds one says the table; an option alone says nothing (`-p 8080:80`).
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from mockapi.cassettes._kinds import Find
from mockapi.cassettes._secret_table import PASSWORD_WORDS, WORDS
from mockapi.cassettes._values import is_machine_made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_KIND = "a password of a command"


class PasswordOption(NamedTuple):
    """An option that holds a password.

    Attributes:
        commands: what the command is called, a regular expression.
        options: how the option is spelled.
        form: what stands before the password in its value, such as the name of a user.
        glued: whether the value stands right behind the option, and only there.
    """

    commands: str
    options: tuple[str, ...]
    form: str = ""
    glued: bool = False


_REGISTRY = (
    r"(?:docker|podman|buildah|skopeo|nerdctl|oras|crane|helm|az|oc|cf|ibmcloud|argocd|flux|rancher|cosign)"
)
_USER = r"[^\s:\"'$\\]{0,80}:"
OPTIONS: tuple[PasswordOption, ...] = (
    PasswordOption(r"sshpass|plink|pscp|psftp|nodetool|cqlsh|beeline|impala-shell", ("-p", "-pw")),
    PasswordOption(r"mysql\w{0,8}|mariadb[\w-]{0,8}|mycli|7z[ar]?|rar|unrar", ("-p",), glued=True),
    PasswordOption(r"sshpass", ("-p",), glued=True),
    PasswordOption(r"redis-cli|valkey-cli|keydb-cli", ("-a", "--pass")),
    PasswordOption(r"mongo(?:sh|dump|restore|import|export|stat|top)?", ("-p",)),
    PasswordOption(_REGISTRY + r"\b[^\n]{0,80}?\blogin|twine|psexec|PSEXEC|PsExec|rdesktop|evil-winrm|nxc|"
                   r"netexec|crackmapexec|winexe|influx|arangosh|couchbase-cli|rabbitmqadmin|nmcli|smbmap",
                   ("-p", "-pw")),
    PasswordOption(r"ldap(?:search|add|modify|whoami|passwd|delete|compare)", ("-w",)),
    PasswordOption(r"mosquitto_(?:pub|sub|rr)|zip|unzip|ipmitool|sqlcmd|bcp|isql|osql|certutil", ("-P",)),
    PasswordOption(r"smbclient|rpcclient|smbget|net", ("-U",), form=r"[^\s%\"'$\\]{0,80}%"),
    PasswordOption(r"https?|xh|xhs|httpie", ("-a", "--auth"), form=_USER),
    PasswordOption(r"etcdctl", ("--user",), form=_USER),
    PasswordOption(r"openssl|pdftk|step", ("-passin", "-passout", "-pass"), form="pass:"),
    PasswordOption(r"openssl enc", ("-k", "-K")),
    PasswordOption(r"snmp(?:walk|get|set|bulkwalk|bulkget)", ("-c", "-A", "-X")),
    PasswordOption(r"gh (?:secret|variable) set|flyctl", ("-b", "--body")),
    PasswordOption(r"codecov|cloudflared|rclone|sentry-cli", ("-t",)),
    PasswordOption(r"lftp", ("-u",), form=r"[^\s,\"'$\\]{0,80},"),
    PasswordOption(r"htpasswd", ("-b", "-bc", "-cb", "-nb", "-Bb", "-nbB", "-bB"),
                   form=r"(?:[^\s\"']{1,80}[ \t]){1,2}"),
)  # fmt: skip
_OPTION = re.compile(
    r"-(?<=[ \t]-)(?:-(?:auth|pass|body|user)(?=[ \t=])"
    r"|(?:passin|passout|pass|pw|nbB|nb|bc|cb|Bb|bB|[pPaAwUkKXcbtu]))"
)
_VALUE = (
    r"(?:[ \t]{1,3}|=)(?:\\{0,3}[\"'])?",
    r"(?P<secret>[^\s\"'\\|;<>)`]{3,200})",
)
_LONGEST_LINE = 300
_NOT_TYPED = re.compile(
    r"[$<{-]|%\w{1,60}%\Z|\*{1,60}\Z|[0-9.:]{1,20}\Z|.*\.(?:txt|json|ya?ml|pem|crt|key|conf|env)\Z|/"
)
_BASE64_KEY = re.compile(r"[A-Za-z0-9+/]{40,300}+={0,2}+(?![\w./-])")  # one in 64 begins as a path does


class Verb(NamedTuple):
    """A verb, a statement or a line of a form that has a place for a password.

    Attributes:
        words: one of these stands in every text that has it; "" for a form that has none.
        pattern: how it goes; the group `secret` is the password.
        mark: what also stands there.
    """

    words: str
    pattern: str
    mark: str = ""


_WORD = r"\\{0,3}[\"']?(?P<secret>[^\s\"'\\|;<>)`]{4,300})"
_QUOTED = r"N?\\{0,7}['\"](?P<secret>[^\s'\"\\;]{4,300})"
_PIPED = (
    r"[ \t](?:-[ne]{1,2}[ \t])?(?:\\{0,3}[\"']%s(?:\\{1,7}n)?\\{0,3}[\"'][ \t])?"
    r"\\{0,3}[\"']?(?:[\w.-]{1,64}:)?"
    r"(?P<secret>[^\s\"'\\|:$]{4,300})(?:\\{1,7}n(?P<again>[^\s\"'\\|:$]{4,300})?)?"
    r"\\{0,3}[\"']?[ \t]{0,3}\|[ \t]{0,3}"
    r"(?:[^\n|]{0,120}?(?:-stdin|sudo[^\n|]{0,20} -S|--with-token|chpasswd|passwd|cryptsetup|kinit"
    r"|-passin stdin|--batch|smbpasswd|secrets? (?:versions|add|set|put|create|import)|env add|pass insert"
    r"|store-secret|kv put))"
)
_NO_WORD = (
    r"(?!(?:must|have|with|this|that|your|from|when|then|than|some|more|only|very|each|used|same|last|next|here"
    r"|form|user|name|need|make|sure|been|will|what|into|they|them|also|text|code|file|test)\b)"
)
VERBS: tuple[Verb, ...] = (
    Verb("vault wandb bw",
         r"(?:vault login|vault operator unseal|vault unseal|wandb login|bw unlock)[ \t]{1,3}" + _WORD),
    Verb("snyk ngrok pulumi op",
         r"(?:snyk auth|ngrok authtoken|add-authtoken|pulumi login|op signin)[ \t]{1,3}" + _WORD),
    Verb("requirepass masterauth rcon", r"(?:requirepass|masterauth|rcon)[ \t]{1,4}" + _WORD),
    Verb("snmp isakmp tacacs radius chap wpa",
         r"(?:(?:isakmp key|(?:tacacs|radius)-server key|chap password|wpa-psk ascii)"
         r"(?: (?:local|remote|[0-9]))?|snmp-server community|snmp community)[ \t]{1,3}" + _WORD),
    Verb("string", r"key-string(?: [0-9])?[ \t]{1,3}" + _WORD),
    Verb("shared", r"pre-shared-key(?: (?:local|remote|ascii-text|[0-9]))?[ \t]{1,3}" + _WORD),
    Verb("enable", r"enable (?:password|secret)[ \t]{1,3}" + _WORD),
    Verb("insecure", r"insecure-password[ \t]{1,4}" + _WORD),
    Verb("nmcli", r"nmcli[ ][^\n|;]{1,160}?[ ]password[ \t]{1,3}" + _WORD),
    Verb("bundle", r"bundle config(?: set)?(?: --[a-z]{1,10})?[ \t]{1,3}[\w-]{1,60}(?:\.[\w-]{1,60}){1,5}"
                   r"[ \t]{1,3}\\{0,3}[\"']?[\w.-]{1,64}:(?P<secret>[^\s\"'\\]{4,200})"),
    Verb("unseal", r"Unseal Key [0-9]{1,2}:[ \t]{1,3}" + _WORD),
    Verb("expect", r"send[ \t](?:-- )?\\{0,3}\"(?P<secret>[^\s\"'\\]{6,200})\\{1,7}r"),
    Verb("user", r"user[ ]?=[ ]?\\{0,7}\"[^\s:\"'\\/]{1,64}:(?P<secret>[^\s\"'\\]{4,200})"),
    Verb("username", r"username\\{0,7}\"[ ]?:[ ]?\\{0,7}\"[^\"\\\n]{1,80}\\{0,7}\"[ ]?,[ ]?\\{0,7}\"key"
         r"\\{0,7}\"[ ]?:[ ]?\\{0,7}\"(?P<secret>[A-Za-z0-9]{20,200})"),
    Verb("mnemonic phrase seedphrase", r"(?:nemonic(?<=[mM]nemonic)|MNEMONIC|hrase(?<=[pP]hrase))"
         r"(?:\\{0,7}[\"'])?"
         r"(?:[ ]?[:=]| is)[ ]?(?:\\{0,7}[\"'])?(?P<secret>[a-z]{3,10}(?: [a-z]{3,10}){11,23})"),
    Verb("identified",
         r"(?:dentified(?<=[iI]dentified)|IDENTIFIED) (?i:by|with [a-z0-9_]{1,40} (?:by|as))"
         r"(?i: password)?[ \t]{1,4}" + _QUOTED),
    Verb("password",
         r"assword(?<=[pP]assword)(?: for [^\n=]{1,80})?"
         r"(?:[ \t]{0,3}[=(][ \t]{0,3}|[ \t]{1,3})" + _QUOTED),
    Verb("password",
         r"PASSWORD(?: FOR [^\n=]{1,80})?(?:[ \t]{0,3}[=(][ \t]{0,3}|[ \t]{1,3})" + _QUOTED),
    Verb("securestring", r"ConvertTo-SecureString[ \t]{1,3}(?:-String[ \t]{1,3})?" + _QUOTED),
    Verb("net",
         r"(?:net|NET) (?i:use[^\n|;&]{0,120}/user:[^\s]{1,80}"
         r"|user[ \t]{1,3}[^\s/]{1,80})[ \t]{1,3}" + _WORD),
    Verb("net", r"(?:net|NET) (?i:use)[ ]{1,3}(?:(?:[A-Za-z]:|\*)[ ]{1,3})?(?:\\{0,7}\")?\\{2,8}"
                r"[^\s\"']{1,120}(?:\\{0,7}\")?[ ]{1,3}" + _WORD + r"(?:\\{0,3}[\"'])?[ ]{1,3}/(?i:user:)"),
    Verb("xfreerdp freerdp mstsc wfreerdp cmdkey", r"[ \t]/(?:[pP]|pass):" + _WORD),
    Verb("wifi", r"WIFI:(?:[TSH]:[^\n;]{0,64};){0,3}P:(?P<secret>[^\s;\"'\\]{4,63})"),
    Verb("echo", "echo" + _PIPED),
    Verb("printf", "printf" + _PIPED),
    Verb("stdin chpasswd passwd sudo token cryptsetup secret secrets env",
         r"(?:-stdin|chpasswd|passwd|-S|--with-token|cryptsetup"
         r"|secrets? (?:versions|add|set|put|create|import)|env add|store-secret)\b"
         r"[^\n|<]{0,80}<<<[ \t]{0,3}\\{0,3}[\"']?"
         r"(?:[\w.-]{1,64}:)?(?P<secret>[^\s\"'\\|:$]{4,300})"),
    Verb("oracle sqlplus rman expdp impdp sqlldr",
         r"(?:jdbc:oracle:[a-z0-9]{2,5}:|(?:sqlplus|rman target|expdp|impdp|sqlldr)"
         r"[ \t](?:-[A-Za-z]{1,8}[ \t]){0,3})"
         r"\\{0,3}[\"']?[\w.$#-]{1,64}/(?P<secret>[^\s@\"'\\]{4,128})@"),
    Verb("tcp unix udp",
         r":(?<=[\w.-]:)(?P<secret>[^\s@/:\"'<>\\(]{4,128})@(?:tcp|udp|unix)?\("),
    Verb("psexec wmiexec smbexec atexec dcomexec secretsdump mssqlclient smbclient impacket",
         r"(?:[a-z]{2,12}(?:exec|dump|client)\.py|impacket-[\w]{2,20})[ \t][^\n@]{0,120}?[\w.$-]{1,64}:"
         r"(?P<secret>[^\s@\"'\\]{4,128})@"),
    Verb("radtest", r"radtest[ \t]{1,3}[^\s]{1,80}[ \t]{1,3}" + _WORD
         + r"(?:\\{0,3}[\"'])?[ \t]{1,3}[^\s]{1,100}[ \t]{1,3}[0-9]{1,6}[ \t]{1,3}(?P<again>"
         r"[^\s\"'\\|;<>)`]{4,300})"),
    Verb("poetry", r"http-basic\.[\w.-]{1,60}[ \t]{1,3}[^\s]{1,80}[ \t]{1,3}" + _WORD),
    Verb("nmcli", r"(?:(?:[ ]|-sec\.|-security\.)psk|wep-key[0-9])[ \t]{1,3}" + _WORD),
    Verb("login", r"LOGIN[ \t]{1,3}\\{0,7}\"?[^\s\"\\]{1,100}\\{0,7}\"?[ \t]{1,3}\\{0,7}\"(?P<secret>"
                  r"[^\s\"\\]{6,200})"),
    Verb("login", r"LOGIN(?<=[0-9] LOGIN)[ ][^\s\"\\]{1,100}[ ](?=[^\s]{0,100}[0-9!#$%&*])(?P<secret>"
                  r"[^\s\"\\]{6,200})(?=[ \t]{0,4}(?:[\r\n\"]|\\{1,7}[rn]|\Z))"),
    Verb("auth", r">(?:(?<=[0-9]>)|(?<=dis>)|(?<=key>))[ ](?:AUTH|auth)[ ](?:[\w.-]{1,40}[ ])?"
                 r"\\{0,7}\"?(?P<secret>[^\s\"\\<>]{6,200})"
                 r"(?=\\{0,7}\"?[ \t]{0,4}(?:[\r\n\"]|\\{1,7}[rn]|\Z))", ">"),
    Verb("oauth token bearer",  # of a host: `"github-oauth": {"host.example": "…"}`
         r"(?:oauth|token|bearer)\\{0,7}\"[ ]?:\s{0,9}\{\s{0,40}\\{0,7}\"[\w-]{1,60}(?:\.[\w-]{1,60}){1,5}"
         r"\\{0,7}\"[ ]?:[ ]?\\{0,7}\"(?P<secret>[^\s\"\\]{8,300})", "{"),
    Verb("password passwd pass pwd",  # four times four letters, as Google makes them for a program
         r"(?:assword|ASSWORD|asswd|PASS|pass|pwd|PWD)(?:\\{0,7}[\"'])?(?: is|[ ]?(?:=>|[:=]))[ ]?"
         r"(?:\\{0,7}[\"'`])?(?P<secret>" + _NO_WORD + r"[a-z]{4}(?: " + _NO_WORD
         + r"[a-z]{4}){3})(?![A-Za-z-]|[ ][a-z])"),
    Verb("key code secret",  # of an authenticator, in the letters of Base32
         r"(?:etup|ETUP|nter|manual|uthenticator|2FA|2fa|TOTP|totp|MFA|mfa)[^\n:\\]{0,40}?(?:key|code|secret)"
         r"[^\n:\\]{0,24}:(?:\s|\\{1,7}n|[\"'`*]){1,6}(?P<secret>[A-Z2-7]{16,64}(?![\w-])"
         r"|[A-Z2-7]{4}(?: [A-Z2-7]{4}){3,15}(?![\w-])|[a-z2-7]{4}(?: [a-z2-7]{4}){5,15}(?![\w-]))"),
    Verb("ipk productkey key",  # of Windows
         r"(?:ipk|[kK]ey)(?<=/ipk|.[kK]ey)(?:\\{0,7}[\"'`*])?[\s:=>]{1,4}(?:is )?(?:\\{0,7}[\"'`])?"
         r"(?P<secret>(?:[A-Z0-9]{5}-){4}[A-Z0-9]{5})(?![\w-])"),
    Verb("login logins log sign credentials creds",  # `Login: admin / VALUE`
         r"(?:ogin|og in|ign in|redential|red)s?(?: details| is| are| with(?=[ ]`?[^\s@]{1,64}@))?[:=]?"
         r"\*{0,2}[ ]{1,3}`?[A-Za-z][\w.@+-]{0,64}(?:`?[ ]/[ ]`?|:)"
         r"(?=[^\s]{0,60}[0-9!#$%])(?P<secret>[^\s\"'`/\\,:&]{6,100})(?=[`\s\"'\\,&]|\Z)"),
    Verb("state", r"code=[^\s&\"'\\]{8,400}&(?:amp;)?(?:[\w-]{1,30}=[^\s&\"'\\]{1,200}&){0,3}state="
                  r"(?P<secret>[A-Za-z0-9_.~%+/=-]{12,400})", "code="),
    Verb("setuser user", r"(?:SETUSER|setuser|user)[ ][\w.-]{1,60}[ ](?:[^\s>]{1,40}[ ]){0,8}>"
                         r"(?P<secret>[^\s\"'\\<>]{6,200})"),
    Verb("nsupdate dig", r"-y[ \t]{1,3}\\{0,3}[\"']?(?:hmac-[a-z0-9-]{3,12}:)?[\w.-]{1,80}:/?(?P<secret>"
                         r"[A-Za-z0-9+/]{15,200}={0,2})"),
    Verb("cloudflared", r"(?:service install|tunnel run)[ \t]{1,3}(?:--token[ \t])?(?P<secret>"
                        r"[A-Za-z0-9+/=_-]{40,800})"),
    Verb("user password setpassword",
         r"(?:add_user|change_password|set_password|user (?:create|add|setpassword))[ \t]{1,3}[^\s-]{1,80}"
         r"[ \t]{1,3}(?=[^\s]{0,60}[0-9])" + _WORD),
    Verb("oauth", r"PASS[ ]oauth:(?P<secret>[a-z0-9]{20,60})"),
    Verb("crypt", r"crypt key(?: [0-9])?[ \t]{1,3}" + _WORD),
    Verb("set", r"set[ \t]{1,3}[\w-]{0,30}(?:secret|passwd|password|psk|passphrase)[ \t]{1,3}(?:ENC[ ])?"
         r"(?=[^\s]{0,60}[0-9])" + _WORD),
    Verb("key", r"(?:etwork|pi|ecret|ncryption|es|rivate|aster|pp|ession|ink)[_ -]?(?:key|Key)(?:\\{0,7}"
                r"[\"'])?(?:\[[0-9]{0,3}\])?"
         r"[ ]?[:=][ ]?[\[{(]\s{0,9}(?P<secret>(?:(?:0x)?[0-9a-fA-F]{1,3},\s{0,9}){15,63}(?:0x)?"
         r"[0-9a-fA-F]{1,3})"),
    Verb("rtmp rtmps", r"rtmps?://[^\s/\"'\\]{1,100}/(?:[a-z0-9_-]{1,20}/){1,3}(?=[A-Za-z_-]{0,60}[0-9])(?P<secret>[A-Za-z0-9_-]{12,100})"),
    Verb("deploy hook hooks trigger webhook", r"(?:deploy|hooks?|trigger)[a-z]{0,4}/"
         r"[^\s?\"'\\]{0,120}\?key=(?P<secret>[A-Za-z0-9_-]{8,200})"),
    Verb("",  # a line of .pgpass
         r":(?<=[\w.*-]:)(?:[0-9]{4,5}|\*):(?:[A-Za-z_][\w.-]{0,62}|\*):(?:[A-Za-z_][\w.-]{0,62}|\*):"
         r"(?P<secret>[^\s:\"'\\<>,]{6,200})(?![^\s\"'\\<>,;&])", ":"),
)  # fmt: skip


def option_passwords(text: str) -> Iterator[Find]:
    """What the option of a command holds that is known to hold a password."""
    for option in _OPTION.finditer(text):
        for row, pattern, size in _by_option().get(option[0], ()):
            value = pattern.match(text, option.start() + size)
            if value is None or not _is_typed(value["secret"]):
                continue
            line = text[max(0, option.start() - _LONGEST_LINE) : option.start()]
            line = line[max(line.rfind("\n"), line.rfind("&&"), line.rfind("; "), line.rfind(" | ")) + 1 :]
            if _command(row.commands).search(line):
                yield Find(*value.span("secret"), _KIND)
                break


def verb_finder(verb: Verb) -> Callable[[str], Iterator[Find]]:
    """Who looks for what stands behind a verb, in a statement or in a line that has a place for it."""

    def look(text: str) -> Iterator[Find]:
        for match in _compiled(verb.pattern).finditer(text):
            for group in match.re.groupindex:  # `again`: what is typed twice
                if match[group] and _is_typed(match[group]):
                    yield Find(*match.span(group), _KIND)

    return look


def _is_typed(value: str) -> bool:
    """Whether a value was typed as a password, rather than a template's gap, a number, a file or the word."""
    if _NOT_TYPED.match(value) is not None:
        key = _BASE64_KEY.match(value)
        return key is not None and is_machine_made(key[0])
    lower = value.lower()
    return lower not in WORDS and lower not in PASSWORD_WORDS


@functools.cache
def _by_option() -> dict[str, list[tuple[PasswordOption, re.Pattern[str], int]]]:
    """For what looks like an option the rows that it may be of, and how long their option is."""
    table: dict[str, list[tuple[PasswordOption, re.Pattern[str], int]]] = {}
    for row in OPTIONS:
        before, secret = _VALUE
        between = r"(?:\\{0,3}[\"'])?" if row.glued else before
        pattern = _compiled(between + row.form + secret)
        for option in row.options:
            table.setdefault(option, []).append((row, pattern, len(option)))
    for option, rows in table.items():  # `-pword` begins as `-pw` does
        if len(option) > 2:
            rows += [row for row in table.get(option[:2], []) if row[0].glued]
    return table


@functools.cache
def _command(names: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{names})(?![\w:/-])")


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
