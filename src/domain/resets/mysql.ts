import type { Variables } from '../families/family.js';
import { boundedName, type DataCommand, type DataStrategy, KEPT, type ServiceData, type Unfit } from './strategy.js';

/** Characters of a database's name. */
const LONGEST_NAME = 64;
/** The table that says that a copy is whole. */
const MARK = '`dm_kept`';

/**
 * MySQL and MariaDB have no template databases: a second database keeps a copy of every table, and a reset empties the
 * tables and fills them from there. Rows come back, and tables that a test has added go; a table that a test has
 * dropped or altered is said to be missing.
 */
export const MYSQL_DATA: DataStrategy = {
  outcome: 'restored',
  alone: true,
  reset: (service) => run(service, IS_KEPT),
  snapshot: (service) => run(service, NEVER_KEPT),
};

/** Whether the copy is to be taken as it is, or to be made. */
const IS_KEPT = (kept: string) =>
  `SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = ${literal(kept)} AND table_name = 'dm_kept'`;
const NEVER_KEPT = () => 'SELECT 0';

function run(service: ServiceData, known: (kept: string) => string): DataCommand | Unfit {
  const { user, password } = administrator(service.env, service.client);
  const database = service.client.MYSQL_DATABASE;
  if (!database) return { reason: 'its compose file names no database (MYSQL_DATABASE)' };
  const kept = boundedName(database, '_dm_kept', LONGEST_NAME);
  return {
    command: ['sh', '-c', SCRIPT, 'sh', user],
    env: {
      DM_KNOWN: known(kept),
      DM_TRIGGERS: triggers(database),
      DM_KEEP: keep(database, kept),
      DM_RESTORE: restore(database, kept),
      ...(password === '' ? {} : { MYSQL_PWD: password }),
    },
  };
}

/** root where its password is known: only root may make a second database. */
function administrator(env: Variables, client: Variables): { user: string; password: string } {
  const password = env.MARIADB_ROOT_PASSWORD || env.MYSQL_ROOT_PASSWORD;
  if (password) return { user: 'root', password };
  const empty =
    env.MARIADB_ALLOW_EMPTY_ROOT_PASSWORD || env.MARIADB_ALLOW_EMPTY_PASSWORD || env.MYSQL_ALLOW_EMPTY_PASSWORD;
  if (empty) return { user: 'root', password: '' };
  return { user: client.MYSQL_USER ?? 'root', password: client.MYSQL_PASSWORD ?? '' };
}

/** DM_KEEP and DM_RESTORE are statements whose answer are the statements to run. */
const SCRIPT = `set -eu
client=$(command -v mariadb || command -v mysql) || { echo "the image has no mysql client"; exit 127; }
sql() { printf '%s\\n' "$1" | "$client" --user="$user" --batch --raw --skip-column-names; }
user=$1
known=$(sql "$DM_KNOWN")
if [ "$known" = 0 ]; then
  statements=$(sql "$DM_KEEP")
  sql "$statements"
  echo ${KEPT}
else
  triggers=$(sql "$DM_TRIGGERS")
  [ -z "$triggers" ] || { echo "ERROR rows cannot be put back past a trigger on INSERT ($triggers)"; exit 1; }
  statements=$(sql "$DM_RESTORE")
  sql "$statements"
fi`;

/** Rows that are put back would fire them, and change other tables a second time. */
function triggers(database: string): string {
  return `SELECT trigger_name FROM information_schema.triggers
    WHERE trigger_schema = ${literal(database)} AND event_manipulation = 'INSERT' LIMIT 1`;
}

function keep(database: string, kept: string): string {
  const copy = identifier(kept);
  return `${SESSION}
SELECT ${literal(`${ROWS_AS_THEY_ARE}DROP DATABASE IF EXISTS ${copy}; CREATE DATABASE ${copy};`)};
SELECT CONCAT('CREATE TABLE ', ${literal(copy)}, '.', name, ' LIKE ', ${literal(identifier(database))}, '.', name, ';',
  ' INSERT INTO ', ${literal(copy)}, '.', name, ' (', columns, ') SELECT ', columns, ' FROM ', ${literal(identifier(database))}, '.', name, ';')
  FROM (${tables(database)}) AS each_table;
SELECT ${literal(`CREATE TABLE ${copy}.${MARK} (whole INT);`)};`;
}

function restore(database: string, kept: string): string {
  const [own, copy] = [literal(identifier(database)), literal(identifier(kept))];
  return `${SESSION}
SELECT ${literal(ROWS_AS_THEY_ARE)};
SELECT CONCAT('DROP TABLE ', ${own}, '.', ${QUOTED('table_name')}, ';') FROM information_schema.tables
  WHERE table_schema = ${literal(database)} AND table_type = 'BASE TABLE' AND table_name NOT IN
    (SELECT table_name FROM information_schema.tables WHERE table_schema = ${literal(kept)});
SELECT CONCAT('TRUNCATE TABLE ', ${own}, '.', name, ';',
  ' INSERT INTO ', ${own}, '.', name, ' (', columns, ') SELECT ', columns, ' FROM ', ${copy}, '.', name, ';')
  FROM (${tables(kept)}) AS each_table WHERE name <> ${literal(MARK)};`;
}

/** A list of columns is longer than the 1,024 bytes that MySQL gives a GROUP_CONCAT. */
const SESSION = 'SET SESSION group_concat_max_len = 1000000;';

/** Parents after children, and a zero as a zero: the rows were there already. */
const ROWS_AS_THEY_ARE =
  "SET SESSION foreign_key_checks = 0; SET SESSION unique_checks = 0; SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; ";

/** Every table with the columns that a value can be given for. */
function tables(database: string): string {
  return `SELECT ${QUOTED('c.table_name')} AS name,
    GROUP_CONCAT(${QUOTED('c.column_name')} ORDER BY c.ordinal_position) AS columns
  FROM information_schema.columns c JOIN information_schema.tables t
    ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
  WHERE c.table_schema = ${literal(database)} AND COALESCE(c.generation_expression, '') = ''
  GROUP BY c.table_name`;
}

const QUOTED = (column: string) => `CONCAT('\`', REPLACE(${column}, '\`', '\`\`'), '\`')`;

function identifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
