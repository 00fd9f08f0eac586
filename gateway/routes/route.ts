/** A route as OpenAPI says it (openapi.ts). A test compares all of them with what is served, access included. */
import type { Access } from '../access.ts';
import { int, str, type Json } from '../shapes.ts';

type Answer = [status: number, description: string, content?: Json];

export interface Route {
  method: string;
  path: string;
  summary: string;
  access: Access;
  query?: Json[];
  body?: Json;
  ok: Answer;
  /** What a dry run or another way in is answered. */
  instead?: Answer;
  errors?: number[];
}

export const query = (name: string, description: string, schema: Json = str): Json => ({ name, in: 'query', description, schema });
export const json = (schema: Json): Json => ({ 'application/json': { schema } });
export const limit = query('limit', 'how many at most', int);
