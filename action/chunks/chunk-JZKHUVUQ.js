import{createRequire as dmRequire}from'node:module';const require=dmRequire(import.meta.url);const __dirname=import.meta.dirname,__filename=import.meta.filename;
import{imageFamily,option}from"./chunk-ZNOWVWGQ.js";var KEPT="dm-kept";function boundedName(base,suffix,limit){let kept=base;for(;bytes(kept+suffix)>limit;)kept=[...kept].slice(0,-1).join("");return kept+suffix}function bytes(text){return encodeURIComponent(text).replace(/%../g,"x").length}var LONGEST_NAME=64,MARK="`dm_kept`",MYSQL_DATA={outcome:"restored",alone:!0,reset:service=>run(service,IS_KEPT),snapshot:service=>run(service,NEVER_KEPT)},IS_KEPT=kept=>`SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = ${literal(kept)} AND table_name = 'dm_kept'`,NEVER_KEPT=()=>"SELECT 0";function run(service,known){let{user,password}=administrator(service.env,service.client),database=service.client.MYSQL_DATABASE;if(!database)return{reason:"its compose file names no database (MYSQL_DATABASE)"};let kept=boundedName(database,"_dm_kept",LONGEST_NAME);return{command:["sh","-c",SCRIPT,"sh",user],env:{DM_KNOWN:known(kept),DM_TRIGGERS:triggers(database),DM_KEEP:keep(database,kept),DM_RESTORE:restore(database,kept),...password===""?{}:{MYSQL_PWD:password}}}}function administrator(env,client){let password=env.MARIADB_ROOT_PASSWORD||env.MYSQL_ROOT_PASSWORD;return password?{user:"root",password}:env.MARIADB_ALLOW_EMPTY_ROOT_PASSWORD||env.MARIADB_ALLOW_EMPTY_PASSWORD||env.MYSQL_ALLOW_EMPTY_PASSWORD?{user:"root",password:""}:{user:client.MYSQL_USER??"root",password:client.MYSQL_PASSWORD??""}}var SCRIPT=`set -eu
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
fi`;function triggers(database){return`SELECT trigger_name FROM information_schema.triggers
    WHERE trigger_schema = ${literal(database)} AND event_manipulation = 'INSERT' LIMIT 1`}function keep(database,kept){let copy=identifier(kept);return`${SESSION}
SELECT ${literal(`${ROWS_AS_THEY_ARE}DROP DATABASE IF EXISTS ${copy}; CREATE DATABASE ${copy};`)};
SELECT CONCAT('CREATE TABLE ', ${literal(copy)}, '.', name, ' LIKE ', ${literal(identifier(database))}, '.', name, ';',
  ' INSERT INTO ', ${literal(copy)}, '.', name, ' (', columns, ') SELECT ', columns, ' FROM ', ${literal(identifier(database))}, '.', name, ';')
  FROM (${tables(database)}) AS each_table;
SELECT ${literal(`CREATE TABLE ${copy}.${MARK} (whole INT);`)};`}function restore(database,kept){let[own,copy]=[literal(identifier(database)),literal(identifier(kept))];return`${SESSION}
SELECT ${literal(ROWS_AS_THEY_ARE)};
SELECT CONCAT('DROP TABLE ', ${own}, '.', ${QUOTED("table_name")}, ';') FROM information_schema.tables
  WHERE table_schema = ${literal(database)} AND table_type = 'BASE TABLE' AND table_name NOT IN
    (SELECT table_name FROM information_schema.tables WHERE table_schema = ${literal(kept)});
SELECT CONCAT('TRUNCATE TABLE ', ${own}, '.', name, ';',
  ' INSERT INTO ', ${own}, '.', name, ' (', columns, ') SELECT ', columns, ' FROM ', ${copy}, '.', name, ';')
  FROM (${tables(kept)}) AS each_table WHERE name <> ${literal(MARK)};`}var SESSION="SET SESSION group_concat_max_len = 1000000;",ROWS_AS_THEY_ARE="SET SESSION foreign_key_checks = 0; SET SESSION unique_checks = 0; SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; ";function tables(database){return`SELECT ${QUOTED("c.table_name")} AS name,
    GROUP_CONCAT(${QUOTED("c.column_name")} ORDER BY c.ordinal_position) AS columns
  FROM information_schema.columns c JOIN information_schema.tables t
    ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
  WHERE c.table_schema = ${literal(database)} AND COALESCE(c.generation_expression, '') = ''
  GROUP BY c.table_name`}var QUOTED=column=>`CONCAT('\`', REPLACE(${column}, '\`', '\`\`'), '\`')`;function identifier(name){return`\`${name.replaceAll("`","``")}\``}function literal(text){return`'${text.replaceAll("\\","\\\\").replaceAll("'","''")}'`}var LONGEST_NAME2=63,LOCK=1684894324,POSTGRES_DATA={outcome:"restored",alone:!1,reset:service=>run2(service,`${HEAD}${RESET}`,databaseOf(service),"_dm_next"),snapshot:service=>run2(service,`${HEAD}${LOCK_KEPT}${FORGET}${KEEP}`,databaseOf(service),"_dm_next"),worker:(service,slot,again)=>{let database=boundedName(databaseOf(service),`_w${slot}`,LONGEST_NAME2),replace=again?REPLACE:`${SKIP_IF_THERE}${REPLACE}\\endif
`;return{...run2(service,`${HEAD}${KEEP_IF_NEW}${LOCK_COPY}${replace}`,database,`_w${slot}_dm_next`),database,address:{POSTGRES_DB:database}}},firstQuery:service=>({command:[...psql(service,databaseOf(service)),"-c","SELECT 1"],env:credentials(service)})};function databaseOf({client}){return client.PGDATABASE??"postgres"}function run2(service,script,database,nextSuffix){let source=databaseOf(service),names={source,kept:boundedName(source,"_dm_kept",LONGEST_NAME2),next:boundedName(source,nextSuffix,LONGEST_NAME2),database},client=psql(service,source==="postgres"?"template1":"postgres"),variables=Object.entries(names).flatMap(([name,value])=>["-v",`${name}=${value}`]);return{command:["sh","-c",`printf '%s\\n' "$DM_SCRIPT" | "$@"`,"sh",...client,...variables],env:{DM_SCRIPT:script,...credentials(service)}}}function psql({client},database){return["psql","-X","-q","-A","-t","--no-password","-U",client.PGUSER??"postgres","-d",database]}function credentials({client:{PGPASSWORD}}){return{PGCONNECT_TIMEOUT:"10",...PGPASSWORD?{PGPASSWORD}:{}}}var HEAD=`\\set ON_ERROR_STOP on
SET client_min_messages = warning;
`,ASK_KEPT=`SELECT EXISTS (SELECT FROM pg_database WHERE datname = :'kept' AND datistemplate) AS known \\gset
`,LOCK_KEPT=`SELECT pg_advisory_lock(${LOCK}, hashtext(:'kept')) AS locked \\gset
`,UNLOCK_KEPT=`SELECT pg_advisory_unlock(${LOCK}, hashtext(:'kept')) AS locked \\gset
`,FORGET=`${ASK_KEPT}\\if :known
ALTER DATABASE :"kept" IS_TEMPLATE false;
\\endif
`;function carryOver(from,to){return`SELECT statement FROM (
  SELECT 1, format('ALTER DATABASE %I OWNER TO %I', :'${to}', pg_get_userbyid(datdba))
    FROM pg_database WHERE datname = :'${from}'
  UNION ALL SELECT 2, format('ALTER DATABASE %I CONNECTION LIMIT %s', :'${to}', datconnlimit)
    FROM pg_database WHERE datname = :'${from}' AND datconnlimit <> -1
  UNION ALL SELECT 3, format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'${to}')
    FROM pg_database WHERE datname = :'${from}' AND datacl IS NOT NULL
  UNION ALL SELECT 4, format('GRANT %s ON DATABASE %I TO %s%s', privilege_type, :'${to}',
      CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
      CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM pg_database, aclexplode(datacl) WHERE datname = :'${from}'
  UNION ALL SELECT 5, CASE setrole WHEN 0 THEN format('ALTER DATABASE %I', :'${to}')
      ELSE format('ALTER ROLE %I IN DATABASE %I', pg_get_userbyid(setrole), :'${to}') END
      || format(' SET %I TO %s', name, CASE WHEN name IN (${LISTS}) THEN value ELSE quote_literal(value) END)
    FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase, unnest(setconfig) AS setting,
      LATERAL (SELECT split_part(setting, '=', 1) AS name, substr(setting, strpos(setting, '=') + 1) AS value) AS pair
    WHERE datname = :'${from}'
) AS needed (step, statement) ORDER BY step \\gexec
`}var LISTS=["search_path","temp_tablespaces","local_preload_libraries","session_preload_libraries"].map(name=>`'${name}'`).join(", "),KEEP=`DROP DATABASE IF EXISTS :"kept";
ALTER DATABASE :"source" ALLOW_CONNECTIONS false;
SELECT count(pg_terminate_backend(pid)) AS ended FROM pg_stat_activity WHERE datname = :'source' \\gset
\\set ON_ERROR_STOP off
CREATE DATABASE :"kept" TEMPLATE :"source";
ALTER DATABASE :"source" ALLOW_CONNECTIONS true;
\\set ON_ERROR_STOP on
${carryOver("source","kept")}ALTER DATABASE :"kept" IS_TEMPLATE true ALLOW_CONNECTIONS false;
`,KEEP_IF_NEW=`${ASK_KEPT}\\if :known
\\else
${LOCK_KEPT}${ASK_KEPT}\\if :known
\\else
${KEEP}\\endif
${UNLOCK_KEPT}\\endif
`,LOCK_COPY=`SELECT pg_advisory_lock_shared(${LOCK}, hashtext(:'kept')) AS locked \\gset
SELECT pg_advisory_lock(${LOCK}, hashtext(:'database')) AS locked \\gset
`,REPLACE=`DROP DATABASE IF EXISTS :"next";
CREATE DATABASE :"next" TEMPLATE :"kept";
${carryOver("kept","next")}DROP DATABASE IF EXISTS :"database" WITH (FORCE);
ALTER DATABASE :"next" RENAME TO :"database";
`,SKIP_IF_THERE=`SELECT EXISTS (SELECT FROM pg_database WHERE datname = :'database') AS there \\gset
\\if :there
\\else
`,RESET=`${ASK_KEPT}\\if :known
${LOCK_COPY}${REPLACE}\\else
${KEEP_IF_NEW}\\echo ${KEPT}
\\endif
`;var SCRIPT2=`client=$(command -v valkey-cli || command -v redis-cli || command -v keydb-cli) ||
  { echo "the image has no redis-cli"; exit 127; }
exec "$client" -p "$1" FLUSHALL`,REDIS_DATA={outcome:"emptied",alone:!1,reset:({client,env,command})=>{let password=client.REDIS_PASSWORD;return{command:["sh","-c",SCRIPT2,"sh",option(command,"port",env)??"6379"],env:password?{REDISCLI_AUTH:password}:{},proof:/^OK$/m}}};var STRATEGIES={postgres:POSTGRES_DATA,mysql:MYSQL_DATA,mariadb:MYSQL_DATA,redis:REDIS_DATA};function dataStrategy(service){return STRATEGIES[imageFamily(service.image)?.name??""]}function serviceData(service){let env=Object.fromEntries(Object.entries(service.environment??{}).flatMap(([key,value])=>value===null?[]:[[key,value]])),command=service.command??[];return{client:imageFamily(service.image)?.variables?.("",0,env,command)??{},env,command}}export{KEPT,dataStrategy,serviceData};
