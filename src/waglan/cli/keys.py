"""`waglan keys`: the keys that statuses and hold lists are signed with."""

import asyncio
from typing import Annotated

import typer

from waglan.cli import here
from waglan.cli.settings import Settings
from waglan.cli.wording import say

app = typer.Typer(
    no_args_is_help=True, help="Get the keys to statuses and hold lists, or have new ones."
)


@app.command()
def get(
    url: Annotated[str | None, typer.Option(help="Of another instance than the usual one.")] = None,
) -> None:
    """Get the published keys with their proof, for `waglan verify --keys`. It takes no token.

    They go to standard output as they were proven: keep them as they are.
    """
    from waglan.cli.talk import answered, public

    settings = Settings()
    with public(settings, url or settings.url) as http:
        typer.echo(answered(http.get("/v1/keys")).text)


@app.command()
def renew(
    compromised: Annotated[
        bool, typer.Option("--compromised", help="Others may have the old ones: believe none.")
    ] = False,
) -> None:
    """Sign with new keys from now on, and publish that the old ones have ended."""
    settings = Settings()
    for purpose, kid in asyncio.run(_renewed(settings, is_compromised=compromised)).items():
        typer.echo(say("keys", "renewed", settings.lang, purpose=purpose, kid=kid))


async def _renewed(settings: Settings, *, is_compromised: bool) -> dict[str, str]:
    from waglan.gateway.first_start import make_keys_known
    from waglan.gateway.keys import renew_statement_keys
    from waglan.gateway.kit import Kit
    from waglan.gateway.known_keys import known_keys
    from waglan.store.connect import pools

    async with here.database(settings) as resolved, pools(resolved.dsn, size_max=1) as opened:
        held = await known_keys(opened.engine, settings.home / "keys")
        renew_statement_keys(settings.home / "keys", is_compromised=is_compromised)
        kit = Kit(opened, held, 0)
        await make_keys_known(kit)
    return {key.purpose.value: key.kid for key in kit.keys.signing}
