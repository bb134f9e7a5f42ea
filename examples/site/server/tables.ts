import type { PostgresDriver } from '@baro/postgres'

/** In a schema of its own: the database may be somebody's. */
const tables = [
  'create schema if not exists baro_site',
  `create table if not exists baro_site.articles (
    id integer primary key, language text not null, title text not null, body text not null,
    edited_at timestamptz not null default now())`,
  `create table if not exists baro_site.products (
    id integer primary key, name_ko text not null, name_en text not null,
    price integer not null, stock integer not null check (stock >= 0))`,
  `do $$ begin create type baro_site.side as enum ('buy', 'sell'); exception when duplicate_object then null; end $$`,
  `create table if not exists baro_site.orders (
    id bigint generated always as identity primary key, side baro_site.side not null, price integer not null,
    quantity integer not null check (quantity > 0), trader text not null, is_bot boolean not null, owner text)`,
  `create table if not exists baro_site.trades (
    id bigint generated always as identity primary key, price integer not null, quantity integer not null,
    buyer text not null, seller text not null, at timestamptz not null default now())`,
]

const articles = [
  [
    1,
    'ko',
    '캐시된 페이지도 최신입니다',
    '이 기사는 한 시간 동안 캐시됩니다. 그동안 누가 고치면, 페이지는 렌더링한 시점 다음의 변경만 받아 바로 바뀝니다. 아래에서 직접 고쳐 보세요.',
  ],
  [
    2,
    'ko',
    '데이터베이스가 곧 채널입니다',
    'PostgreSQL 표의 행이 바뀌면, 어떤 프로그램이 바꿨든 이 페이지도 바뀝니다. 터미널에서 SQL로 고쳐도 마찬가지입니다.',
  ],
  [
    3,
    'ko',
    '설치할 것이 없습니다',
    '이 사이트는 PostgreSQL을 프로세스 안에서 실행합니다. DATABASE_URL을 지정하면 같은 사이트가 서버의 PostgreSQL을 사용합니다.',
  ],
  [
    4,
    'en',
    'A cached page is never wrong, only behind',
    'This article is cached for an hour. When somebody edits it in that time, your page gets the changes that follow its rendering, and only those. Edit it below and see.',
  ],
  [
    5,
    'en',
    'The database is the channel',
    'When a row of a PostgreSQL table changes, this page changes, whatever program did it. An SQL statement at a prompt does it too.',
  ],
  [
    6,
    'en',
    'Nothing to install',
    'This site runs PostgreSQL inside its own process. Set DATABASE_URL, and the same site uses your server.',
  ],
] as const

const products = [
  [1, '도자기 머그잔', 'Stoneware mug', 18_000, 24],
  [2, '유리 물병', 'Glass bottle', 22_000, 12],
  [3, '리넨 앞치마', 'Linen apron', 34_000, 8],
  [4, '나무 도마', 'Wooden board', 41_000, 15],
  [5, '주철 냄비', 'Cast-iron pot', 96_000, 5],
  [6, '황동 스탠드', 'Brass lamp', 128_000, 3],
] as const

/** Makes the tables of the site if they are not there, with something in them. */
export async function makeTables(database: PostgresDriver): Promise<void> {
  await database.transaction('read committed', async (tx) => {
    // Two sites that start at once would both make them.
    await tx.query(`select 1 from pg_advisory_xact_lock(hashtext('baro_site'))`)
    for (const statement of tables) await tx.query(statement)
    for (const article of articles)
      await tx.query(
        'insert into baro_site.articles (id, language, title, body) values ($1, $2, $3, $4) on conflict do nothing',
        article,
      )
    for (const product of products)
      await tx.query('insert into baro_site.products values ($1, $2, $3, $4, $5) on conflict do nothing', product)
  })
}
