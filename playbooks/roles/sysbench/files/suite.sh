# SPDX-License-Identifier: GPL-2.0-or-later
# sysbench for the runner of role test_run: one test, oltp_read_write on a database of its own.
# list, recorded, run FILE; runs as root in the run's directory. SYSBENCH_* come from tasks/run.yml.

data=$SYSBENCH_DATADIR log=$SYSBENCH_LOGFILE
export PGHOST="$SYSBENCH_SOCKET_DIR" PGPORT="$SYSBENCH_PORT"

as() { runuser -u "$SYSBENCH_USER" -- "$@"; }

# The first of these names that is a program here.
either() {
  for program; do ! command -v "$program" || return 0; done
  echo "there is no $*" >&2
  return 1
}

# The last words of the server, for whoever asks why.
last_words() {
  tail -n 20 "$log" >&2
  return 1
}

# psql, to its standard input or --command.
psql_on() { # DATABASE ARGUMENT...
  base=$1
  shift
  as psql --dbname="$base" --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 "$@"
}

postgresql_start() {
  postgresql_stop || return
  as rm -f "$log"
  as pg_ctl --pgdata="$data" --log="$log" --timeout=300 start || last_words
}

postgresql_stop() {
  as pg_ctl --pgdata="$data" status >/dev/null || return 0
  as pg_ctl --pgdata="$data" --mode=fast --timeout=300 stop
}

postgresql_empty() {
  psql_on postgres --command='show full_page_writes' >full_page_writes.txt &&
    psql_on postgres --command='show block_size' >postgresql_blocksize.txt &&
    psql_on postgres --set=user="$SYSBENCH_DB_USERNAME" --set=password="$SYSBENCH_DB_PASSWORD" \
      --set=name="$SYSBENCH_DB_NAME" <<'END'
select format('create role %I login', :'user')
  where not exists (select from pg_roles where rolname = :'user') \gexec
alter role :"user" password :'password';
drop database if exists :"name";
create database :"name" owner :"user";
END
}

postgresql_settle() {
  psql_on "$SYSBENCH_DB_NAME" --command='vacuum analyze' --command=checkpoint \
    --command="select pg_stat_reset_shared('wal')" \
    --command="select pg_stat_reset_shared('bgwriter')" >/dev/null
}

# What the server counted since then: full page images above all.
postgresql_counters() {
  psql_on postgres >pg_stats.json 2>&1 <<'END'
select json_build_object('wal', (select row_to_json(w) from pg_stat_wal w),
                         'bgwriter', (select row_to_json(b) from pg_stat_bgwriter b));
END
}

postgresql_logs() {
  cat "$log" >postgresql.log
  cat "$data/postgresql.conf" >postgresql.conf
  as pg_controldata --pgdata="$data" >controldata.log 2>&1
}

# The client, as the administrator: nobody else gets through the socket's directory.
sql() {
  as "$(either mariadb mysql)" --defaults-file="$SYSBENCH_MYSQL_CONFIG" --user=root --batch \
    --skip-column-names "$@"
}

mysql_start() {
  mysql_stop || return
  as rm -f "$log"
  as "$(either mariadbd mysqld)" --defaults-file="$SYSBENCH_MYSQL_CONFIG" >mysql_start.txt 2>&1 &
  server=$!
  waited=0
  until sql --execute='do 0' 2>/dev/null; do
    if ! kill -0 "$server" 2>/dev/null || [ "$waited" -ge 300 ]; then
      cat mysql_start.txt >&2
      last_words
      return
    fi
    waited=$((waited + 1))
    sleep 1
  done
}

# The server removes its pid file as the last thing it does.
mysql_stop() {
  sql --execute=shutdown 2>/dev/null || return 0
  waited=0
  while [ -e "$SYSBENCH_SOCKET_DIR/mysql.pid" ]; do
    [ "$waited" -lt 300 ] || last_words || return
    waited=$((waited + 1))
    sleep 1
  done
}

# What the server says of a setting, in kdevops's words.
mysql_setting() {
  sql --execute="select @@$1" | sed 's/^ON$/1/; s/^OFF$/0/' >"$1.txt" && [ -s "$1.txt" ]
}

# Names and the password go in as hexadecimal digits: none of their characters means anything in SQL.
mysql_text() {
  printf "set @%s = convert(x'%s' using utf8mb4);\n" "$1" "$(printf %s "$2" | od -An -v -tx1 | tr -d ' \n')"
}

mysql_empty() {
  mysql_setting innodb_doublewrite && mysql_setting innodb_page_size && {
    mysql_text user "$SYSBENCH_DB_USERNAME"
    mysql_text password "$SYSBENCH_DB_PASSWORD"
    mysql_text name "$SYSBENCH_DB_NAME"
    for statement in "'drop user if exists ', quote(@user), '@localhost'" \
      "'create user ', quote(@user), '@localhost identified by ', quote(@password)" \
      "'drop database if exists ', @base" \
      "'create database ', @base" \
      "'grant all privileges on ', replace(replace(@base, '_', '\\\\_'), '%', '\\\\%'), '.* to ', quote(@user), '@localhost'"; do
      echo "set @base = concat('\`', replace(@name, '\`', '\`\`'), '\`');"
      echo "set @statement = concat($statement); prepare s from @statement; execute s;"
    done
  } | sql
}

# A server that starts anew has written every page and counts from zero.
mysql_settle() {
  number=0
  while [ "$number" -lt "$SYSBENCH_TABLES" ]; do
    number=$((number + 1))
    echo "analyze table sbtest$number;"
  done | sql "$SYSBENCH_DB_NAME" >/dev/null && mysql_stop && mysql_start
}

# What the server counted since then: pages written twice above all.
mysql_counters() {
  sql --execute="show global status where variable_name in ('Innodb_dblwr_writes',
    'Innodb_dblwr_pages_written', 'Innodb_data_written', 'Innodb_os_log_written')" |
    awk '{ printf "%s\"%s\": %s", comma ? ", " : "{", tolower($1), $2; comma = 1 } END { if (comma) print "}" }' >mysql_stats.json
}

mysql_logs() {
  cat "$log" >mysql.log
  cat "$SYSBENCH_MYSQL_CONFIG" >mysql.cnf
}

# sysbench against this server; `limit` seconds, when set, are all it gets.
sysbench_on() {
  case $SYSBENCH_DATABASE in
  postgresql) set -- --db-driver=pgsql --pgsql-host="$SYSBENCH_SOCKET_DIR" --pgsql-port="$SYSBENCH_PORT" \
    --pgsql-user="$SYSBENCH_DB_USERNAME" --pgsql-db="$SYSBENCH_DB_NAME" "$@" ;;
  mysql) set -- --db-driver=mysql --mysql-socket="$SYSBENCH_SOCKET_DIR/mysql.sock" \
    --mysql-user="$SYSBENCH_DB_USERNAME" --mysql-password="$SYSBENCH_DB_PASSWORD" \
    --mysql-db="$SYSBENCH_DB_NAME" --mysql-storage-engine="$SYSBENCH_MYSQL_TABLE_ENGINE" "$@" ;;
  esac
  as ${limit:+timeout --kill-after=30 "$limit"} sysbench --tables="$SYSBENCH_TABLES" \
    --table-size="$SYSBENCH_TABLE_SIZE" "$@"
}

# One thread: both sides of an A/B run get the tables laid out in the same order.
fill() {
  limit='' sysbench_on --threads=1 oltp_read_write prepare >sysbench_populate.txt 2>&1 || {
    tail -n 5 sysbench_populate.txt >&2
    return 1
  }
}

measure() {
  limit=$((SYSBENCH_SECONDS + SYSBENCH_GRACE))
  sysbench_on --threads="$SYSBENCH_THREADS" --time="$SYSBENCH_SECONDS" \
    --report-interval="$SYSBENCH_INTERVAL" --histogram=on oltp_read_write run >sysbench_output.txt 2>&1
}

# After a reboot nobody else has mounted the file system under test.
mounted() {
  mountpoint -q "$SYSBENCH_MNT" || mount -o "$SYSBENCH_MOUNT_OPTS" "$SYSBENCH_DEVICE" "$SYSBENCH_MNT" || return
  [ -d "$data" ] || {
    echo "no database in $data: run make sysbench first" >&2
    return 1
  }
}

# A step before the measurement that fails is the reason why there is none, in sysbench's own manner.
step() {
  echo "== $1"
  what=$1
  shift
  "$@" || {
    status=$?
    echo "FATAL: $what failed with status $status: see output.log" >sysbench_output.txt
    return "$status"
  }
}

run() {
  echo "run sysbench $SYSBENCH_TEST at $(date '+%Y-%m-%d %H:%M:%S')" >/dev/kmsg
  trap '"${SYSBENCH_DATABASE}_stop"; exit 143' TERM INT
  step "mounting $SYSBENCH_MNT" mounted &&
    step "starting the server" "${SYSBENCH_DATABASE}_start" &&
    step "making an empty database" "${SYSBENCH_DATABASE}_empty" &&
    step "filling the tables" fill &&
    step "settling the database" "${SYSBENCH_DATABASE}_settle" &&
    { echo "== measuring for $SYSBENCH_SECONDS s" && measure; }
  status=$?
  # A server that died has no counters; the run's own verdict says so.
  "${SYSBENCH_DATABASE}_counters"
  "${SYSBENCH_DATABASE}_stop"
  "${SYSBENCH_DATABASE}_logs"
  dmesg >dmesg.txt 2>&1
  grep '^\[ *[0-9]*s \]' sysbench_output.txt >sysbench_tps.txt
  echo "$status" >sysbench_status
  return "$status"
}

case $1 in
list) echo "$SYSBENCH_TEST" ;;
recorded) [ ! -e sysbench_status ] || echo "$SYSBENCH_TEST" ;;
run) ! grep -qxF -e "$SYSBENCH_TEST" "$2" || run ;;
esac
