/** What the gateway and the command line may ask of the store, wherever ClickHouse runs. */
export interface QueryOptions {
  /** The SQL comes from a user: it is checked to be one SELECT over the published tables. Nothing can write through `query` in either case. */
  readonly?: boolean;
  /** The answer is given up after this time (default 20 s); ClickHouse itself stops at 15 s. */
  timeoutMs?: number;
  /** More rows than this reject the query (default 100,000). */
  maxRows?: number;
}

export interface Store {
  /** Rows of a SELECT. `params` are ClickHouse query parameters ({name:Type} in the SQL). Rejects with ClickHouse's own message. */
  query<T>(sql: string, params?: Record<string, unknown>, options?: QueryOptions): Promise<T[]>;
  /** Rows behind the log's end, by topic. */
  lag(): Promise<Record<string, number>>;
  /** Of the sink, where this process has it or its parent: why rows do not get in, while that lasts. */
  readonly trouble?: Error | undefined;
  stop(): Promise<void>;
}
