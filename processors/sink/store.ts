/** What the gateway and the command line may ask of the store, wherever ClickHouse runs. */
export interface Store {
  /** Rows of a SELECT. `params` are ClickHouse query parameters ({name:Type} in the SQL). Rejects with ClickHouse's own message. */
  query<T>(sql: string, params?: Record<string, unknown>, options?: { readonly?: boolean; timeoutMs?: number; maxRows?: number }): Promise<T[]>;
  /** Rows behind the log's end, by topic. */
  lag(): Promise<Record<string, number>>;
  stop(): Promise<void>;
}
