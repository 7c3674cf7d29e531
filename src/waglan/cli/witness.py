"""`waglan witness`: watch over other parties' logs, so that none can show two histories."""

from pathlib import Path
from typing import Annotated

import typer

from waglan.cli.wording import language, stopped
from waglan.codes.finding import Finding, Severity, Where

app = typer.Typer(
    no_args_is_help=True, help="Watch over logs, and cosign those that only ever grow."
)

Folder = Annotated[Path, typer.Argument(help="The folder that holds this witness.")]


@app.command()
def init(
    folder: Folder,
    name: Annotated[str, typer.Option(help="Its name for ever, such as customs.example/witness.")],
) -> None:
    """Make a witness with a new key, and print the line that others pin."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from waglan.gateway.witness_folder import BadFolder, make_witness
    from waglan.logbook.note import Algorithm, BadNote, SignerKey

    signer = SignerKey(name, Algorithm.COSIGNATURE, Ed25519PrivateKey.generate())
    try:
        verifier = signer.verifier
        make_witness(folder, signer)
    except (BadFolder, BadNote, OSError) as error:
        raise _stop(error) from None
    typer.echo(verifier.text)


@app.command()
def trust(
    folder: Folder,
    key: Annotated[str, typer.Argument(help="The log's key, one line from its operator.")],
    origin: Annotated[
        str | None, typer.Option(help="The log's origin, if it is not the key's name.")
    ] = None,
) -> None:
    """Cosign a log from now on. Stop the witness first, and start it again afterwards."""
    from waglan.gateway.witness_folder import BadFolder, WitnessFolder
    from waglan.logbook.note import BadNote, read_verifier_key

    try:
        log_key = read_verifier_key(key)
        with WitnessFolder(folder) as witness:
            memory = witness.trust(origin or log_key.name, log_key)
    except (BadFolder, BadNote, OSError) as error:
        raise _stop(error) from None
    typer.echo(f"{memory.origin}: {len(memory.keys)} key(s), cosigned up to {memory.seen.size}")


@app.command()
def run(
    folder: Folder,
    port: Annotated[int, typer.Option(help="0 takes a free one and prints it.")] = 8181,
    host: Annotated[str, typer.Option(help="Put a TLS proxy in front of any other.")] = "127.0.0.1",
) -> None:
    """Answer logs that ask for cosignatures, until stopped."""
    import uvicorn

    from waglan.gateway.witness import Witness, witness_app
    from waglan.gateway.witness_folder import BadFolder, WitnessFolder
    from waglan.logbook.note import BadNote

    try:
        with WitnessFolder(folder) as witness:
            config = uvicorn.Config(
                witness_app(Witness(witness)),
                host=host,
                port=port,
                limit_concurrency=CONCURRENT_MAX,
                log_level="warning",
                access_log=False,
                server_header=False,
            )
            with config.bind_socket() as listening:
                listening.listen()  # who reads the line below may ask at once
                address, bound = listening.getsockname()[:2]
                typer.echo(f"{witness.signer.verifier.text} at http://{address}:{bound}")
                uvicorn.Server(config).run(sockets=[listening])
    except (BadFolder, BadNote, OSError) as error:
        raise _stop(error) from None


CONCURRENT_MAX = 512  # open connections, busy or not; a further one is told to come back


def _stop(error: Exception) -> typer.Exit:
    found = Finding("CLI-WITNESS", Severity.ERROR, Where("witness"), {"reason": str(error)})
    return stopped(found, language(), 2)
