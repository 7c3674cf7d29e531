"""What the embedded PostgreSQL is told: durable, local, quiet about data, modest in memory."""

from pathlib import Path

SUPERUSER = "postgres"
CONNECTIONS_MAX = 80
IDLE_IN_TRANSACTION_SECONDS_MAX = 15
LOG_FILE_MEGABYTES_MAX = 20

# Every role proves itself by SCRAM, also over the socket; no line admits by trust or by network.
HBA = f"""# Written by Waglan at every start; changes made here are lost.
# TYPE  DATABASE     USER         METHOD
local   replication  {SUPERUSER}     scram-sha-256
local   replication  all          reject
local   all          all          scram-sha-256
"""


def settings(sockets: Path, local: Path) -> str:
    """Return the whole postgresql.conf; the operator's own lines come from the file `local`.

    What a promise rests on stands after the operator's file, so that no line there undoes it.
    """
    own = f"include = {_quoted(local)}" if local.exists() else ""
    return f"""# Written by Waglan at every start; yours go into {local.name} beside its folder.
max_connections = {CONNECTIONS_MAX}
shared_buffers = '128MB'
work_mem = '8MB'
maintenance_work_mem = '64MB'
max_wal_size = '1GB'
# A recycled file of the log would hold the salts of what was erased until it is written over.
wal_recycle = off
timezone = 'UTC'
log_timezone = 'UTC'
client_encoding = 'UTF8'
lc_messages = 'C'
{_log()}
{own}

listen_addresses = ''
unix_socket_directories = {_quoted(sockets)}
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
fsync = on
full_page_writes = on
synchronous_commit = on
idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION_SECONDS_MAX}s'
"""


def _log() -> str:
    # Statements, parameters and DETAIL lines carry names of people and cargo; a log outlives them.
    return f"""logging_collector = on
log_directory = '../log'
log_filename = 'postgres-%d.log'
log_truncate_on_rotation = on
log_rotation_age = '1d'
log_rotation_size = '{LOG_FILE_MEGABYTES_MAX}MB'
log_file_mode = 0600
log_line_prefix = '%m [%p] %q%u@%d '
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_statement = 'none'
"""


def _quoted(folder: Path) -> str:
    return "'" + str(folder).replace("'", "''") + "'"
