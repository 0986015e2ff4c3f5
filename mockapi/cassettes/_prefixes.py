"""Vendors' prefixes: what a token begins with, so that scanners can find it.

A row has the words that messages use, the prefixes, what follows them at least, and how much of it.
"""

from __future__ import annotations

from typing import NamedTuple


class Prefix(NamedTuple):
    """Tokens of one vendor.

    Attributes:
        kind: what messages call them.
        starts: what they begin with.
        alphabet: what follows, as a set of characters.
        least: how many of them at least.
    """

    kind: str
    starts: tuple[str, ...]
    alphabet: str
    least: int


_HEX = "0-9a-fA-F"
_ALNUM = "A-Za-z0-9"
_TOKEN = "A-Za-z0-9_-"  # noqa: S105 - an alphabet
_BASE64 = "A-Za-z0-9+/=_-"
_DOTTED = "A-Za-z0-9_.=-"


def _row(kind: str, starts: str, alphabet: str, least: int) -> Prefix:
    return Prefix(kind, tuple(starts.split()), alphabet, least)


PREFIXES: tuple[Prefix, ...] = (
    # Models and agents
    _row("a Hugging Face token", "hf_ api_org_", _ALNUM, 30),
    _row("a Groq key", "gsk_", _ALNUM, 40),
    _row("an xAI key", "xai-", _TOKEN, 40),
    _row("a Perplexity key", "pplx-", _ALNUM, 32),
    _row("a Replicate token", "r8_", _ALNUM, 32),
    _row("a Together key", "tgp_v1_", _TOKEN, 32),
    _row("a Fireworks key", "fw_", _ALNUM, 20),
    _row("a Pinecone key", "pcsk_", _TOKEN, 32),
    _row("a LangSmith key", "lsv2_pt_ lsv2_sk_ ls__", _TOKEN, 30),
    _row("a Langfuse key", "sk-lf- pk-lf-", _TOKEN, 30),
    _row("a Bedrock key", "ABSK bedrock-api-key-", _BASE64, 40),
    _row("a Jina or Voyage key", "jina_ pa-", _TOKEN, 40),
    _row("an NVIDIA key", "nvapi-", _TOKEN, 40),
    _row("a Tavily key", "tvly-", _TOKEN, 20),
    _row("a Firecrawl key", "fc-", _HEX, 32),
    _row("a Cerebras or Anyscale key", "csk- esecret_", _TOKEN, 24),
    _row("a RunPod, Lambda or Notion key", "rpa_ secret_", _ALNUM, 30),
    _row("an E2B, Apify or Browserbase key", "e2b_ apify_api_ bb_live_ bb_test_ sgai-", _TOKEN, 20),
    _row("a Scrapfly key", "scp-live- scp-test-", _HEX, 24),
    _row("a Weights & Biases key", "wandb_v1_", _TOKEN, 24),
    _row("a Logfire token", "pylf_v1_ pylf_v2_", _TOKEN, 20),
    _row("a Voiceflow key", "VF.DM. VF.WS.", _DOTTED, 24),
    _row("a Modal token", "ak- as-", _ALNUM, 22),
    _row("a Humanloop, Mem0 or Zep key", "hl_sk_ m0-", _TOKEN, 32),
    # Clouds and data
    _row("an AWS access key id", "AKIA ASIA ABIA ACCA", "A-Z0-9", 16),
    _row("a Google API key", "AIza", _TOKEN, 35),
    _row("a Google OAuth secret", "GOCSPX-", _TOKEN, 20),
    _row("a Google OAuth token", "ya29.", _DOTTED, 20),
    _row("a Google refresh token", "1//0", _TOKEN, 30),
    _row("a DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", _HEX, 40),
    _row("an Alibaba access key id", "LTAI", _ALNUM, 16),
    _row("a Tencent secret id", "AKID", _ALNUM, 32),
    _row("a Yandex key", "AQVN t1.", _DOTTED, 35),
    _row("a Yandex key", "YCA YCO y0_ y0__", _TOKEN, 36),
    _row("a Google storage key", "GOOG1E", "A-Z0-9", 40),
    _row("a Scaleway key", "SCW", "A-Z0-9", 17),
    _row("a Heroku key", "HRKU-", _TOKEN, 30),
    _row("a Fly token", "fo1_ fm1a_ fm1r_ fm2_", _BASE64, 40),
    _row("a Fly token", "FlyV1", _BASE64, 40),
    _row("a Netlify token", "nfp_ nfc_ nfo_ nfb_", _ALNUM, 30),
    _row("a Vercel token", "vcp_ vci_ vca_ vcr_ vck_ vercel_blob_rw_", _TOKEN, 24),
    _row("a Supabase key", "sbp_ sb_secret_", _TOKEN, 24),
    _row("a PlanetScale credential", "pscale_tkn_ pscale_oauth_ pscale_pw_", _DOTTED, 32),
    _row("a Neon key", "napi_", _ALNUM, 32),
    _row("an OpenShift token", "sha256~", _TOKEN, 40),
    _row("a Cloudflare credential", "v1.0- cfut_ cfat_ cfk_", _TOKEN, 32),
    _row("a Tailscale key", "tskey-", _TOKEN, 20),
    _row("an Azure DevOps token", "AZDO", _ALNUM, 40),
    _row("an Adafruit key", "aio_", _ALNUM, 26),
    _row("an Adobe secret", "p8e-", _TOKEN, 30),
    _row("a ClickHouse key", "4b1d", _ALNUM, 38),
    _row("an Aiven credential", "AVNS_ aivenv1", _TOKEN, 16),
    _row("a Cockroach key", "CCDB1_", _TOKEN, 24),
    _row("an Astra token", "AstraCS:", ":" + _DOTTED, 40),
    _row("a Xata or Convex key", "xau_ xaa_", _TOKEN, 24),
    _row("a MongoDB secret", "mdb_sa_sk_ mdb_sa_id_", _TOKEN, 24),
    _row("a Confluent key", "cflt", _BASE64, 50),
    _row("a Render or UpCloud token", "rnd_ ucat_ nf-", _ALNUM, 24),
    _row("a Hetzner or Netbird token", "nbp_ hcloud_", _ALNUM, 30),
    _row("a Baidu or Volcengine key", "bce-v3/ALTAK- ALTAK AKLT", _BASE64, 20),
    _row("a Backblaze key", "K001 K002 K003 K004 K005", _BASE64, 27),
    _row("a Defined Networking key", "dnkey-", _TOKEN, 40),
    _row("an IBM or Telnyx key", "KEY0 ApiKey-", _TOKEN, 30),
    # Code
    _row("a GitHub token", "ghp_ gho_ ghu_ ghr_", _ALNUM, 36),
    _row("a GitHub token", "github_pat_", _TOKEN, 36),
    _row("a GitHub token", "ghs_", _TOKEN, 24),
    _row(
        "a GitLab token",
        "glpat- glrt- glrtr- glcbt- glptt- glft- glsoat- glimt- glagent- glffct-",
        _DOTTED,
        20,
    ),
    _row("a GitLab token", "glwt- gldt- gloas- GR1348941", _DOTTED, 18),
    _row("an Atlassian token", "ATATT3x ATCTT3x ATBB ATTA ATOA", _BASE64, 24),
    _row("an npm token", "npm_", _ALNUM, 36),
    _row("a PyPI token", "pypi-", _TOKEN, 50),
    _row("a RubyGems key", "rubygems_", _HEX, 40),
    _row("a crates.io token", "cio", _ALNUM, 32),
    _row("a NuGet key", "oy2", "a-z0-9", 43),
    _row("a Clojars token", "CLOJARS_", _ALNUM, 50),
    _row("a Docker token", "dckr_pat_ dckr_oat_", _TOKEN, 20),
    _row("an Artifactory credential", "AKCp cmVmd", _ALNUM, 50),
    _row("a CircleCI token", "CCIPAT_ CCIPRJ_", _TOKEN, 30),
    _row("a Buildkite token", "bkua_ bkaj_ bkct_", _ALNUM, 36),
    _row("a Buildkite token", "bkpt_ bkpat_ bkr_", _TOKEN, 24),
    _row("a SonarQube token", "squ_ sqp_ sqa_ sqb_", _HEX, 36),
    _row("a Sourcegraph token", "sgp_ slk_", _TOKEN, 36),
    _row("a Pulumi token", "pul-", _HEX, 40),
    _row("a Prefect key", "pnu_ pnb_", _ALNUM, 32),
    _row("a Doppler token", "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.", _DOTTED, 36),
    _row("a Vault token", "hvs. hvb. hvr.", _TOKEN, 24),
    _row("a 1Password token", "ops_eyJ", _BASE64, 60),
    _row("an age key", "AGE-SECRET-KEY-1", "A-Z0-9", 40),
    _row("a Databricks token", "dapi dkea dsapi", _HEX, 32),
    _row("a Postman key", "PMAK-", _TOKEN, 40),
    _row("a Snyk token", "snyk_uat. snyk_sat.", _DOTTED, 20),
    _row("an Octopus Deploy key", "API-", "A-Z0-9", 25),
    _row("a Harness token", "pat. sat.", _DOTTED, 60),
    _row("a Bitbucket token", "ATCTT3 BBDC-", _BASE64, 24),
    _row("a Socket, DeepSource or Veracode token", "sktsec_ vera01ei-", _TOKEN, 24),
    _row("a Dependency-Track key", "odt_", _ALNUM, 30),
    _row("a StackHawk key", "hawk.", _DOTTED, 36),
    _row("a registry's token", "ovsxp_ ovsxat_ jsrp_ jsrt_ vsce_", _TOKEN, 24),
    _row("a Teamwork token", "tkn.v1_", _BASE64, 24),
    _row("a Spacelift, Scalr or Terraform token", "spcl_ tfc-", _TOKEN, 24),
    _row("a Sourcehut or Codeberg token", "srht_", _TOKEN, 30),
    # Money and shops
    _row(
        "a Stripe key",
        "sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_ whsec_ sk_org_",
        _BASE64,
        16,
    ),
    _row("a secret key", "sk_dev_ sk_stage_ sk_staging_", _TOKEN, 24),
    _row("a Mapbox token", "sk.eyJ", _DOTTED, 60),
    _row("a Square credential", "sq0atp- sq0csp- sq0idp-", _TOKEN, 20),
    _row("a Shopify token", "shpat_ shpca_ shppa_ shpss_ shptka_ shprt_", _ALNUM, 24),
    _row("a Braintree or PayPal token", "access_token$production$ access_token$sandbox$", "A-Za-z0-9$", 30),
    _row("a Plaid token", "access-sandbox- access-development- access-production-", _TOKEN, 30),
    _row("a Razorpay key", "rzp_live_ rzp_test_", _ALNUM, 14),
    _row("a Flutterwave key", "FLWSECK- FLWSECK_TEST-", _TOKEN, 12),
    _row("a Duffel token", "duffel_live_ duffel_test_", _TOKEN, 30),
    _row("an EasyPost key", "EZAK EZTK", _ALNUM, 50),
    _row("a Shippo token", "shippo_live_ shippo_test_", _HEX, 32),
    _row("a GoCardless, Lob, Mollie or Chargebee key", "live_ test_", _ALNUM, 32),
    _row("a WooCommerce key", "ck_ cs_", _HEX, 40),
    _row("a Paddle key", "pdl_live_ pdl_sdbx_ pdl_ntfset_", _TOKEN, 24),
    _row("a PayMongo, Paystack or Clerk key", "pk_live_", _BASE64, 20),
    _row("a Checkout.com key", "sk_sbox_", _TOKEN, 24),
    _row("a Flexport token", "shltm_", _TOKEN, 30),
    _row("a Wise or Wix token", "IST.", _DOTTED, 60),
    _row("a Cal.com key", "cal_live_ cal_test_", _ALNUM, 24),
    _row("a Stytch secret", "secret-live- secret-test-", _TOKEN, 24),
    # People and messages
    _row(
        "a Slack token",
        "xoxa- xoxb- xoxc- xoxd- xoxe- xoxe. xoxe.xoxb- xoxe.xoxp- xoxo- xoxp- xoxr- xoxs- xapp- xwfp-",
        _DOTTED,
        10,
    ),
    _row("a SendGrid key", "SG.", _DOTTED, 32),
    _row("a Brevo key", "xkeysib- xsmtpsib-", _TOKEN, 40),
    _row("a Resend key", "re_", _TOKEN, 20),
    _row("a Mailgun key", "key- pubkey-", _HEX, 32),
    _row("a Twilio key", "SK", _HEX, 32),
    _row("a Firebase message token", "APA91b", _TOKEN, 100),
    _row("a Facebook token", "EAA EAACEdEose0cBA", _ALNUM, 80),
    _row("a Square token", "EAAA", _TOKEN, 56),
    _row("an Instagram token", "IGQV IGQW", _ALNUM, 80),
    _row("a Dropbox token", "sl.", _DOTTED, 60),
    _row("a HubSpot token", "pat-na1- pat-eu1- pat-na2- pat-na3-", _TOKEN, 30),
    _row("a Linear key", "lin_api_ lin_oauth_", _ALNUM, 32),
    _row("a Notion token", "ntn_", _ALNUM, 40),
    _row("a Figma token", "figd_ figu_ fio-u-", _TOKEN, 32),
    _row("a Typeform token", "tfp_", _TOKEN, 40),
    _row("a Contentful token", "CFPAT-", _TOKEN, 36),
    _row("a Readme key", "rdme_", _ALNUM, 40),
    _row("an Intra 42 secret", "s-s4t2ud- s-s4t2af-", _HEX, 40),
    _row("a PubNub key", "sec-c- pub-c- sub-c-", _TOKEN, 30),
    _row("a OneSignal key", "os_v2_app_ os_v2_org_", _ALNUM, 40),
    _row("a MailerSend, Mandrill or Postmark key", "mlsn. md-", _TOKEN, 22),
    _row("an Intercom token", "dG9rO", _BASE64, 50),
    _row("a Pinterest token", "pina_", _ALNUM, 40),
    _row("a Zoho token", "1000.", "0-9a-f.", 60),
    _row("a Ubidots token", "BBFF- BBUS-", _ALNUM, 24),
    _row("a Rootly or incident.io key", "rootly_", _HEX, 30),
    # What watches
    _row("a Grafana token", "glsa_ glc_", _BASE64, 32),
    _row("a Sentry token", "sntrys_ sntryu_ sntrya_", _BASE64, 40),
    _row("a New Relic key", "NRAK- NRJS- NRII- NRRA- NRBR-", _TOKEN, 19),
    _row("a Dynatrace token", "dt0c01. dt0s01. dt0s16.", _DOTTED, 60),
    _row("a Honeycomb key", "hcaik_ hcaic_ hcxik_", _ALNUM, 30),
    _row("a LaunchDarkly key", "sdk- api-", "0-9a-f-", 36),
    _row("an Infracost key", "ico-", _ALNUM, 30),
    _row("a Scalingo token", "tk-us-", _TOKEN, 40),
    _row("a Settlemint token", "sm_aat_ sm_pat_ sm_sat_", _ALNUM, 14),
    _row("an Axiom or Highlight token", "xaat- xapt-", _TOKEN, 30),
    _row("a Honeybadger or Rollbar token", "hbp_", _ALNUM, 24),
    _row("a Grafana key", "eyJrIjoi", _BASE64, 50),
    _row("a PostHog key", "phx_ phs_ pha_", _TOKEN, 30),
    _row("a ConfigCat or Statsig key", "configcat-sdk-", _BASE64, 30),
    # Files of keys
    _row(
        "a private key in base64",
        "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBL LS0tLS1CRUdJTiBQUklWQVRFIEtF LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtF"
        " LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUg LS0tLS1CRUdJTiBFTkNSWVBURUQgUFJJVkFURSBL"
        " LS0tLS1CRUdJTiBEU0EgUFJJVkFURSBL LS0tLS1CRUdJTiBQR1AgUFJJVkFURSBL",
        _BASE64,
        20,
    ),
    _row(
        "a private key without its lines",
        "MIIEvgIBADAN MIIEvQIBADAN MIIEvwIBADAN MIIEwAIBADAN MIIJQgIBADAN MIIJQwIBADAN MIIJRAIBADAN"
        " MIICdgIBADAN"
        " MIIEowIBAAKC MIIEpAIBAAKC MIIEpQIBAAKC MIIEogIBAAKC MIIJKQIBAAKC MIIJJwIBAAKC MIIJKAIBAAKC"
        " MIICXAIBAAKB"
        " MIICXQIBAAKB MIGHAgEAMBMG MIG2AgEAMBAG MC4CAQAwBQYDK2Vw MHcCAQEEI MHQCAQEEI b3BlbnNzaC1rZXktdjE",
        _BASE64,
        20,
    ),
    _row("an extended private key", "xprv9 yprv zprv tprv", _ALNUM, 90),
)
"""The vendors' tokens."""
