// The door of `@baro/postgres/embedded`: a database without a server. It needs `@electric-sql/pglite` and `@baro/disk`.
export {
  createEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded/create-embedded-postgres.ts'
