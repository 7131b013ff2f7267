# SPDX-License-Identifier: Apache-2.0
"""Log-ins, challenges, tokens and how they end, by boto3 and by pycognito."""

import base64
import hashlib
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest
import requests
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pycognito.aws_srp import AWSSRP

from cognito.conftest import PASSWORD, TEMPORARY
from support.aws import secret_hash

NEW = "Another-password-2"


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def status(pool, token):
    return pool.server.api().with_token(token).get("/v1/me").status_code


def test_tokens_have_cognitos_claims(pool):
    name = pool.new_user()
    before = int(time.time())
    tokens = pool.tokens(name)
    assert (tokens["TokenType"], tokens["ExpiresIn"]) == ("Bearer", 3600)
    claims = pool.claims(tokens["IdToken"])
    assert claims["iat"] + 3600 == claims["exp"] and claims["auth_time"] >= before
    assert claims["token_use"] == "id" and claims["email"] == name and claims["email_verified"] is False
    access = pool.verified(tokens["AccessToken"])
    assert (access["token_use"], access["client_id"], access["username"]) == ("access", pool.client_id, name)
    assert access["sub"] == claims["sub"] and access["jti"] != claims["jti"] and "aud" not in access
    user = pool.anyone.get_user(AccessToken=tokens["AccessToken"])
    assert user["Username"] == name
    assert {"Name": "sub", "Value": claims["sub"]} in user["UserAttributes"]
    configuration = requests.get(pool.issuer + "/.well-known/openid-configuration", timeout=60).json()
    assert (configuration["issuer"], configuration["jwks_uri"]) == (pool.issuer, pool.issuer + "/.well-known/jwks.json")
    assert requests.get(pool.issuer + "x/.well-known/jwks.json", timeout=60).status_code == 404


@pytest.mark.parametrize("flow", ["USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH", "ADMIN_USER_PASSWORD_AUTH"])
def test_a_new_password_is_asked_for_once(pool, refused, flow):
    name = pool.new_user(password=None)
    admins = flow.startswith("ADMIN")
    start = dict(AuthFlow=flow, ClientId=pool.client_id, AuthParameters=pool.parameters(name, PASSWORD=TEMPORARY))
    begin = pool.admin.admin_initiate_auth if admins else pool.anyone.initiate_auth
    respond = pool.admin.admin_respond_to_auth_challenge if admins else pool.anyone.respond_to_auth_challenge
    in_pool = {"UserPoolId": pool.id} if admins else {}
    challenge = begin(**start, **in_pool)
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    assert json.loads(challenge["ChallengeParameters"]["userAttributes"]) == {"email": name}
    assert json.loads(challenge["ChallengeParameters"]["requiredAttributes"]) == []
    assert challenge["ChallengeParameters"]["USER_ID_FOR_SRP"] == name

    def answer(password, session=challenge["Session"], **others):
        return respond(ClientId=pool.client_id, ChallengeName="NEW_PASSWORD_REQUIRED", Session=session, **in_pool,
                       ChallengeResponses=pool.parameters(name, NEW_PASSWORD=password) | others)

    with refused("InvalidPasswordException"):
        answer("weak")
    with refused("NotAuthorizedException"):
        answer(NEW, session=challenge["Session"][:-4] + "AAAA")
    with refused("NotAuthorizedException"):
        answer(NEW, SECRET_HASH="AAAA")
    claims = pool.claims(answer(NEW)["AuthenticationResult"]["IdToken"])
    assert claims["cognito:username"] == name
    with refused("NotAuthorizedException"):
        answer("Third-password-3")
    assert "IdToken" in pool.tokens(name, NEW)
    assert pool.server.api().login(name, NEW).get("/v1/me").status_code == 200


def test_refresh_tokens_give_new_tokens_until_they_are_revoked(pool, refused):
    name = pool.new_user()
    first = pool.tokens(name)

    def refresh(flow="REFRESH_TOKEN_AUTH", token=first["RefreshToken"], hashed=pool.hash(name)):
        return pool.anyone.initiate_auth(ClientId=pool.client_id, AuthFlow=flow,
                                         AuthParameters={"REFRESH_TOKEN": token, "SECRET_HASH": hashed})["AuthenticationResult"]

    for flow in ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"):
        again = refresh(flow)
        assert "RefreshToken" not in again
        assert pool.claims(again["IdToken"])["auth_time"] == pool.claims(first["IdToken"])["auth_time"]
    refresh(hashed=pool.hash(pool.claims(first["IdToken"])["sub"]))
    for wrong in (dict(token="x"), dict(hashed=pool.hash("another"))):
        with refused("NotAuthorizedException"):
            refresh(**wrong)
    with refused("NotAuthorizedException"):
        pool.anyone.revoke_token(Token=first["RefreshToken"], ClientId=pool.client_id, ClientSecret="w" * 51)
    refresh()
    pool.anyone.revoke_token(Token=first["RefreshToken"], ClientId=pool.client_id, ClientSecret=pool.client_secret)
    with refused("NotAuthorizedException"):
        refresh()


def test_the_secret_hash_is_required_and_right(pool, refused):
    name = pool.new_user()

    def log_in(**parameters):
        return pool.anyone.initiate_auth(ClientId=pool.client_id, AuthFlow="USER_PASSWORD_AUTH",
                                         AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD} | parameters)

    with refused("NotAuthorizedException") as why:
        log_in()
    assert "SECRET_HASH was not received" in why.message
    for wrong in ("AAAA", secret_hash(name, pool.client_id, "other"), pool.hash("other")):
        with refused("NotAuthorizedException") as why:
            log_in(SECRET_HASH=wrong)
        assert "Unable to verify secret hash" in why.message
    assert log_in(SECRET_HASH=pool.hash(name))["AuthenticationResult"]


def test_unknown_users_are_told_to_signed_calls_only(pool, refused):
    known = pool.new_user()
    messages = set()
    for name, password in (("nobody@example.org", PASSWORD), (known, "Wrong-password-1")):
        with refused("NotAuthorizedException") as why:
            pool.start(name, password)
        messages.add(why.message)
    assert len(messages) == 1
    with refused("UserNotFoundException"):
        pool.admin.admin_initiate_auth(UserPoolId=pool.id, ClientId=pool.client_id, AuthFlow="ADMIN_NO_SRP_AUTH",
                                       AuthParameters=pool.parameters("nobody@example.org", PASSWORD=PASSWORD))
    with refused("NotAuthorizedException"):
        pool.admin.admin_initiate_auth(UserPoolId=pool.id, ClientId=pool.client_id, AuthFlow="ADMIN_NO_SRP_AUTH",
                                       AuthParameters=pool.parameters(known, PASSWORD="Wrong-password-1"))


def test_forged_tokens_open_nothing(make_pool):
    pool = make_pool()
    token = pool.tokens(pool.new_user())["IdToken"]
    assert status(pool, token) == 200
    header, payload, signature = token.split(".")
    claims = pool.claims(token)
    kid = jwt.get_unverified_header(token)["kid"]
    jwk = requests.get(pool.issuer + "/.well-known/jwks.json", timeout=60).json()["keys"][0]
    public = jwt.PyJWK(jwk).key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    confused = encoded({"alg": "HS256", "typ": "JWT", "kid": kid}) + "." + payload
    confused += "." + base64.urlsafe_b64encode(hmac.new(public, confused.encode(), hashlib.sha256).digest()).rstrip(b"=").decode()
    own = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    forged = {
        "alg none": f'{encoded({"alg": "none", "kid": kid})}.{payload}.',
        "alg none with the signature": f'{encoded({"alg": "none", "kid": kid})}.{payload}.{signature}',
        "HS256 with the public key": confused,
        "a changed claim": f'{header}.{encoded(claims | {"cognito:username": "admin"})}.{signature}',
        "a longer life": f'{header}.{encoded(claims | {"exp": claims["exp"] + 3600})}.{signature}',
        "a changed signature": f"{header}.{payload}.{signature[:-1]}{'A' if signature[-1] != 'A' else 'Q'}",
        "unused bits of the signature": f"{header}.{payload}.{signature[:-1]}{chr(ord(signature[-1]) + 1)}",
        "no signature": f"{header}.{payload}.",
        "a key of one's own": jwt.encode(claims, own, algorithm="RS256", headers={"kid": kid}),
    }
    assert {name: status(pool, token) for name, token in forged.items()} == dict.fromkeys(forged, 401)
    # Another installation's pool.
    other = make_pool(name="other")
    assert status(pool, other.tokens(other.new_user())["IdToken"]) == 401


def test_tokens_end(make_pool, refused):
    pool = make_pool(env={"BOATHOUSE_ACCESS_TOKEN_TTL": "2s"})
    name = pool.new_user()
    tokens = pool.tokens(name)
    assert tokens["ExpiresIn"] == 2 and status(pool, tokens["IdToken"]) == 200
    while time.time() <= pool.verified(tokens["AccessToken"], options={"verify_exp": False})["exp"]:
        time.sleep(0.1)
    assert status(pool, tokens["IdToken"]) == status(pool, tokens["AccessToken"]) == 401
    with refused("NotAuthorizedException"):
        pool.anyone.get_user(AccessToken=tokens["AccessToken"])


def test_changing_the_password_and_signing_out_end_every_session(pool, refused):
    name = pool.new_user()
    for end in (lambda token: pool.anyone.change_password(AccessToken=token, PreviousPassword=PASSWORD, ProposedPassword=NEW),
                lambda token: pool.anyone.global_sign_out(AccessToken=token),
                lambda token: pool.admin.admin_user_global_sign_out(UserPoolId=pool.id, Username=name)):
        password = NEW if status_of_login(pool, name, NEW) else PASSWORD
        tokens = pool.tokens(name, password)
        native = pool.server.api().login(name, password)
        end(tokens["AccessToken"])
        assert status(pool, tokens["IdToken"]) == 401 and native.get("/v1/me").status_code == 401
        with refused("NotAuthorizedException"):
            pool.anyone.get_user(AccessToken=tokens["AccessToken"])
        with refused("NotAuthorizedException"):
            pool.anyone.initiate_auth(ClientId=pool.client_id, AuthFlow="REFRESH_TOKEN_AUTH",
                                      AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"], "SECRET_HASH": pool.hash(name)})
    tokens = pool.tokens(name, NEW)
    with refused("NotAuthorizedException"):
        pool.anyone.change_password(AccessToken=tokens["AccessToken"], PreviousPassword="Wrong-password-1", ProposedPassword=PASSWORD)
    with refused("InvalidPasswordException"):
        pool.anyone.change_password(AccessToken=tokens["AccessToken"], PreviousPassword=NEW, ProposedPassword="weak")
    with refused("NotAuthorizedException"):
        pool.anyone.get_user(AccessToken=tokens["IdToken"])


def status_of_login(pool, name, password):
    return pool.server.api().post("/v1/login", json={"username": name, "password": password}).status_code == 200


def test_tokens_and_clients_outlive_a_restart_and_a_new_key(make_pool):
    pool = make_pool(env={"BOATHOUSE_PUBLIC_URL": "https://data.example.org/"})
    name = pool.new_user()
    tokens = pool.tokens(name)
    claims = jwt.decode(tokens["IdToken"], options={"verify_signature": False})
    assert claims["iss"] == f"https://data.example.org/cognito-idp/{pool.id}"
    pool.server.restart(kill=True)
    pool.__post_init__()
    assert status(pool, tokens["IdToken"]) == 200
    pool.server.admin().post("/v1/keys/rsa/rotate", expect=200)
    newer = pool.tokens(name)["IdToken"]
    kids = {jwt.get_unverified_header(token)["kid"] for token in (tokens["IdToken"], newer)}
    jwks = requests.get(pool.issuer + "/.well-known/jwks.json", timeout=60).json()
    assert len(kids) == 2 and kids == {key["kid"] for key in jwks["keys"]}
    assert status(pool, tokens["IdToken"]) == status(pool, newer) == 200


def test_guesses_are_throttled_with_those_of_other_doors(make_pool, refused):
    pool = make_pool()
    name = pool.new_user()
    for n in range(12):
        if n % 2:
            pool.server.api().post("/v1/login", json={"username": name, "password": "Wrong-password-1"})
        else:
            with refused("NotAuthorizedException"):
                pool.start(name, "Wrong-password-1")
    with refused("NotAuthorizedException") as why:
        pool.start(name)
    assert "Too many wrong passwords" in why.message
    assert pool.server.api().post("/v1/login", json={"username": name, "password": PASSWORD}).status_code == 429


def test_of_many_at_once_one_creates_and_one_sets_the_password(make_pool):
    """Also the first tokens ever, for which there is no key yet."""
    pool = make_pool()

    def outcomes(work):
        def once(n):
            try:
                return work(n)
            except ClientError as error:
                return error.response["Error"]["Code"]
        with ThreadPoolExecutor(8) as threads:
            return list(threads.map(once, range(8)))

    created = outcomes(lambda n: pool.admin.admin_create_user(UserPoolId=pool.id, Username="ada", TemporaryPassword=TEMPORARY)["User"]["Username"])
    assert sorted(created) == ["UsernameExistsException"] * 7 + ["ada"]
    session = pool.start("ada", TEMPORARY)["Session"]

    def answer(n):
        pool.anyone.respond_to_auth_challenge(ClientId=pool.client_id, ChallengeName="NEW_PASSWORD_REQUIRED", Session=session,
                                              ChallengeResponses=pool.parameters("ada", NEW_PASSWORD=f"Another-password-{n}"))
        return n

    done = [n for n in outcomes(answer) if isinstance(n, int)]
    assert len(done) == 1
    tokens = outcomes(lambda n: pool.tokens("ada", f"Another-password-{done[0]}")["IdToken"])
    assert {pool.claims(token)["cognito:username"] for token in tokens} == {"ada"}
    assert len(requests.get(pool.issuer + "/.well-known/jwks.json", timeout=60).json()["keys"]) == 1


# SRP


def srp(pool, name, password, secret=True):
    return AWSSRP(username=name, password=password, pool_id=pool.id, client_id=pool.client_id,
                  client_secret=pool.client_secret if secret else None, client=pool.anyone)


def test_srp_is_off_unless_it_is_switched_on(pool, refused):
    with refused("NotAuthorizedException"):
        srp(pool, pool.new_user(), PASSWORD).authenticate_user()


def test_srp_logs_in_by_a_real_client(make_pool, refused):
    pool = make_pool(env={"BOATHOUSE_COGNITO_SRP": "true"})
    name = pool.new_user()
    tokens = srp(pool, name, PASSWORD).authenticate_user()["AuthenticationResult"]
    assert pool.claims(tokens["IdToken"])["cognito:username"] == name
    for wrong in (srp(pool, name, "Wrong-password-1"), srp(pool, "nobody@example.org", PASSWORD)):
        with refused("NotAuthorizedException"):
            wrong.authenticate_user()
    # A temporary password, changed by the same client; then the new one.
    fresh = pool.new_user(password=None)
    tokens = srp(pool, fresh, TEMPORARY).set_new_password_challenge(NEW)["AuthenticationResult"]
    assert pool.claims(tokens["IdToken"])["email"] == fresh
    assert "IdToken" in srp(pool, fresh, NEW).authenticate_user()["AuthenticationResult"]
    pool.server.admin().patch(f"/v1/users/{name}", json={"password": NEW}, expect=200)
    with refused("NotAuthorizedException"):
        srp(pool, name, PASSWORD).authenticate_user()
    pool.server.admin().post("/v1/keys/sealing/rotate", expect=200)
    assert "IdToken" in srp(pool, name, NEW).authenticate_user()["AuthenticationResult"]
    assert "IdToken" in srp(pool, name.upper(), NEW).authenticate_user()["AuthenticationResult"]


def test_a_proof_of_srp_is_good_once(make_pool, refused):
    pool = make_pool(env={"BOATHOUSE_COGNITO_SRP": "true"})
    name = pool.new_user()
    client = srp(pool, name, PASSWORD)
    started = pool.anyone.initiate_auth(AuthFlow="USER_SRP_AUTH", ClientId=pool.client_id, AuthParameters=client.get_auth_params())
    assert started["ChallengeName"] == "PASSWORD_VERIFIER"
    responses = client.process_challenge(started["ChallengeParameters"], client.get_auth_params())
    answer = dict(ClientId=pool.client_id, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=responses)
    assert "IdToken" in pool.anyone.respond_to_auth_challenge(**answer)["AuthenticationResult"]
    with refused("NotAuthorizedException"):
        pool.anyone.respond_to_auth_challenge(**answer)
    for zero in ("0", "00", "xyz"):
        with refused("InvalidParameterException"):
            pool.anyone.initiate_auth(AuthFlow="USER_SRP_AUTH", ClientId=pool.client_id,
                                      AuthParameters=client.get_auth_params() | {"SRP_A": zero})


def test_a_verifier_is_made_when_an_older_password_is_used(make_pool, refused):
    pool = make_pool()
    name = pool.new_user()
    pool.server.stop()
    pool.server.env["BOATHOUSE_COGNITO_SRP"] = "true"
    pool.server.start()
    pool.__post_init__()
    with refused("NotAuthorizedException"):
        srp(pool, name, PASSWORD).authenticate_user()
    pool.server.api().login(name, PASSWORD)
    assert "IdToken" in srp(pool, name, PASSWORD).authenticate_user()["AuthenticationResult"]
