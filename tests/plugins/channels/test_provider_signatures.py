"""Signatures of providers against vectors that others computed."""

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from liftloop.plugins.channels.acs3 import Acs3Call, acs3_headers
from liftloop.plugins.channels.http2 import Broken, status_in
from liftloop.plugins.channels.jwt import BadKey, private_key, signed_token
from liftloop.plugins.channels.tc3 import Tc3Call, tc3_headers
from liftloop.plugins.channels.wxcrypt import Forged, WxKeys, decrypted, encrypted, signed_by, xml_tree
from liftloop.testing.gatehouse.push import apple_key, google_key, pem

WX = WxKeys(
    token="callback-token", encoding_aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", receiver="ww-of-the-shop"
)
SEALED = (
    "giDcb4sukyfM8cT+jTzi4UaHJ4xc8J+zZXQCkKGV6u5vRLJ4GyTXp6LQmFpiSwCH0imLvEYWmbWS0M1dwZG"
    "+3uaNuM18K+f0IeVGO75chfFHrwV1M/OIP/H+1ncKxOfy"
)
"""Made by wechatpy 1.8.18: encrypt_message of the text below, nonce "nonce", timestamp 1700000000."""
SIGNED = "f83ae28645b3fe2b34b24cb654d7c614af700094"
TEXT = "<xml><Event>你好</Event></xml>"


def test_alibaba_cloud() -> None:
    """The example of "V3版本请求体&签名机制": RunInstances with an empty body."""
    call = Acs3Call(
        host="ecs.cn-shanghai.aliyuncs.com",
        action="RunInstances",
        version="2014-05-26",
        query={
            "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
            "RegionId": "cn-shanghai",
        },
        date="2023-10-26T10:22:32Z",
        nonce="3156853299f313e23d1673dc12e1703d",
    )
    headers = acs3_headers(call, "YourAccessKeyId", "YourAccessKeySecret")
    signature = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    assert headers["authorization"].endswith(f"Signature={signature}")


def test_tencent_cloud() -> None:
    """Expected by `_get_tc3_signature` of the vendor's tencentcloud-sdk-python-common for the same request."""
    body = (
        '{"PhoneNumberSet":["+8618501234444"],"SmsSdkAppId":"1400006666","TemplateId":"1110",'
        '"SignName":"腾讯云","TemplateParamSet":["a"]}'
    )
    call = Tc3Call(
        service="sms",
        host="sms.tencentcloudapi.com",
        action="SendSms",
        version="2021-01-11",
        region="ap-guangzhou",
        body=body.encode(),
        timestamp_s=1_700_000_000,
    )
    signature = "3f08f386c88557f093b4f3729c69ef2bd20ba1fb26416d7552af4b1ace373b02"
    assert tc3_headers(call, "AKIDEXAMPLE", "SECRETEXAMPLE")["authorization"] == (
        "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2023-11-14/sms/tc3_request,"
        f" SignedHeaders=content-type;host, Signature={signature}"
    )


def test_wechat_callbacks() -> None:
    """What wechatpy encrypts and signs is read, and what we encrypt reads the same."""
    assert signed_by(SIGNED, WX.token, "1700000000", "nonce", SEALED)
    assert decrypted(WX, SEALED).decode() == TEXT
    assert decrypted(WX, encrypted(WX, TEXT.encode(), bytes(16))).decode() == TEXT
    assert xml_tree(TEXT.encode()) == {"Event": "你好"}


@pytest.mark.parametrize("receiver", ["ww-of-another", "", "ww-of-the-shop2"])
def test_callbacks_for_others_are_not_read(receiver: str) -> None:
    """A message for another corp under the same key is refused."""
    keys = WxKeys(token=WX.token, encoding_aes_key=WX.encoding_aes_key, receiver=receiver)
    with pytest.raises(Forged):
        decrypted(WX, encrypted(keys, TEXT.encode(), bytes(16)))


@pytest.mark.parametrize("text", ["", "AAAA", "not base64", SEALED[:-4], "A" * 64])
def test_broken_callbacks_are_forged(text: str) -> None:
    """Whatever is not a whole message is refused, and nothing else is raised."""
    with pytest.raises(Forged):
        decrypted(WX, text)


def test_an_unset_token_signs_nothing() -> None:
    """Without a token everybody could sign."""
    assert not signed_by("", "", "1", "n")
    assert not signed_by(SIGNED, WX.token, "1700000001", "nonce", SEALED)


@pytest.mark.parametrize("body", [b'<!DOCTYPE a [<!ENTITY b "c">]><xml><E>&b;</E></xml>', b"<xml>", b""])
def test_documents_with_entities_are_not_read(body: bytes) -> None:
    """XML that could swell or reach out is refused before it is read."""
    with pytest.raises(Forged):
        xml_tree(body)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_json_web_tokens(algorithm: str) -> None:
    """PyJWT takes them under the public key."""
    made = google_key() if algorithm == "RS256" else apple_key()
    token = signed_token({"kid": "K1"}, {"iss": "team", "iat": 1_700_000_000}, private_key(pem(made)))
    public = made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert jwt.decode(token, public, algorithms=[algorithm])["iss"] == "team"
    assert jwt.get_unverified_header(token)["kid"] == "K1"


@pytest.mark.parametrize("text", ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
def test_what_is_no_key_is_told(text: str) -> None:
    """A wrong paste is a refusal with words, not a traceback."""
    with pytest.raises(BadKey):
        private_key(text)


@pytest.mark.parametrize(
    ("block", "status"),
    [
        ("88", 200),
        ("8d", 404),
        ("4882 6402", 302),
        ("2048 8264 02", 302),
        ("0883 684f ff", 429),
        ("0882 6820", 410),
        ("0803 343130", 410),
        ("0007 3a73746174757303 343130", 410),
    ],
)
def test_status_of_a_header_block(block: str, status: int) -> None:
    """Indexed, plain and packed, by whichever name; 302 stands so in RFC 7541, C.6.1."""
    assert status_in(bytes.fromhex(block)) == status


@pytest.mark.parametrize("block", ["", "be", "08", "0883 68", "0803 34", "7fffffffffffffff", "0882 ffff"])
def test_a_block_without_a_status_is_broken(block: str) -> None:
    """What cannot be read ends the connection and raises nothing else."""
    with pytest.raises(Broken):
        status_in(bytes.fromhex(block))
