/** One document as sent → the normalised, tokenised record, or the problem with it. Pure but for random IVs: the clock comes in as `now`. */
import { hash } from 'node:crypto';
import { KNOWN, MESSAGE, type Reduced } from '../../schemas/customs/messages.ts';
import { type Problem, REASONS, safeName, shapeOf } from '../../schemas/reasons.ts';
import { type Derive, read } from '../../schemas/trade/contract.ts';
import { CONTRACTS } from '../../schemas/trade/contracts.ts';
import type { Envelope } from '../../schemas/trade/envelope.ts';
import { GUID_LENGTH, plainGuid } from '../../schemas/trade/text.ts';
import { OF_THE_SYSTEM } from '../../schemas/trade/observation.ts';
import { EARLIEST, LATE_MS, MOST_AHEAD_MS } from '../../schemas/trade/time.ts';
import type { Alias } from '../../schemas/risk/journal.ts';
import { readBaseline } from './baseline.ts';
import type { Submission, Taken } from './intake.ts';
import { type Identity, KINDS } from './kinds.ts';
import type { Seal } from './seal.ts';
import type { Tokens } from './tokens.ts';

/** `moment`: the event's own time while a document is made; lists are read as of then. */
export interface Workshop { tokens: Tokens; seal: Seal; derive: Derive; moment: { at: number } }
export type Made = { ok: true; taken: Taken } | { ok: false; problem: Problem };

const problem = (code: Problem['code'], path: string, message: string): Made => ({ ok: false, problem: { code, path, message } });

export function makeDocument(workshop: Workshop, reduced: Reduced, index: number, submission: Submission, now: number): Made {
  if (reduced.type === '') return problem('UNKNOWN_TYPE', 'type', `type: expected one of ${KNOWN}; given: ${reduced.named === '' ? 'no document with a type' : safeName(reduced.named)}`);
  if (reduced.type === 'baseline') {
    if (!submission.allowReference) return problem('REFERENCE_NOT_ALLOWED', 'type', `type: ${REASONS.REFERENCE_NOT_ALLOWED.en} Use an admin key, or send it as a backfill`);
    return readBaseline(reduced.fields, index, now);
  }
  const kind = KINDS[reduced.type];
  const reading = read<unknown>(CONTRACTS[reduced.type], reduced.fields, reduced.lines);
  if (!reading.ok) return reading;
  if (reduced.type === 'observation' && !submission.allowReference) {
    const { kind: named } = reading.wire as { kind: string };
    if (OF_THE_SYSTEM.has(named)) return problem('KIND_RESERVED', 'kind', `kind: expected what others observe; given: ${named}. ${REASONS.KIND_RESERVED.en} Leave it out, or use an admin key for a drill`);
  }
  if (reduced.guid !== '') {
    reduced.guid = plainGuid(reduced.guid);
    if (reduced.guid.length > GUID_LENGTH) return problem('FIELD_TOO_LONG', 'guid', `guid: expected a guid of at most ${GUID_LENGTH} characters on the message; given: ${shapeOf(reduced.guid)}`);
  }
  const identity = kind.identify(reading.wire);
  const implausible = checkTimes(identity, now);
  if (implausible) return { ok: false, problem: implausible };

  const envelope = envelopeOf(workshop, reduced, identity, reading.wire as { guid: string }, reading.kept, submission, now);
  workshop.moment.at = envelope.eventTime;
  const aliases: Alias[] = [];
  for (const foreignKey of identity.aliases) if (foreignKey !== '') aliases.push({ foreignKey, orderKey: identity.orderKey, by: envelope.eventId });
  return {
    ok: true,
    taken: {
      index, type: MESSAGE[reduced.type].record, key: identity.orderKey || identity.waitsAt, everyPartition: false,
      eventTime: envelope.eventTime, body: kind.normalise(reading.wire, envelope, workshop.derive), aliases,
    },
  };
}

/** appTime is checked too where it is not the event time: among versions of a document the latest wins, so one of 2099 would win for good. */
function checkTimes(identity: Identity, now: number): Problem | undefined {
  return checkTime(identity.eventTime, identity.eventField, now) ?? checkTime(identity.appTime, 'appTime', now);
}

function checkTime(at: number, path: string, now: number): Problem | undefined {
  if (at === 0) return undefined;
  if (at > now + MOST_AHEAD_MS) {
    return { code: 'TIME_IMPLAUSIBLE', path, message: `${path}: expected at most 5 minutes after arrival; given: ${Math.round((at - now) / 60_000)} minutes ahead. Check the sender's clock; times are Beijing time` };
  }
  if (at < EARLIEST) return { code: 'TIME_IMPLAUSIBLE', path, message: `${path}: expected 2014-01-01 Beijing time or later; given: earlier. Check the sender's clock` };
  return undefined;
}

function envelopeOf(workshop: Workshop, reduced: Reduced, identity: Identity, wire: { guid: string }, kept: string, submission: Submission, now: number): Envelope {
  const given = wire.guid;
  wire.guid = '';
  // Keyed: a plain hash of a document whose other fields are known would give away its ID number.
  const contentHash = workshop.tokens.token('content', reduced.type, JSON.stringify(wire), kept);
  const guid = identity.guid || given || reduced.guid || contentHash;
  const eventTime = identity.eventTime === 0 ? now : identity.eventTime;
  return {
    eventId: eventIdOf(reduced.type, identity, guid), guid, appType: identity.appType, appTime: identity.appTime === 0 ? now : identity.appTime, eventTime, arrival: now,
    late: eventTime < now - LATE_MS, documentKey: identity.documentKey, orderKey: identity.orderKey, feed: `${submission.sender}/${reduced.type}`,
    origin: submission.origin, backfill: submission.backfill, forwarded: false, contentHash, signed: reduced.signed,
    sealed: kept === '' ? null : workshop.seal.seal(kept), sealKeyId: kept === '' ? '' : workshop.seal.keyId,
  };
}

/** 22 characters: 128 bits of SHA-256 over message type, business key, appType and guid. */
const eventIdOf = (type: string, identity: Identity, guid: string): string =>
  hash('sha256', `${type}\n${identity.documentKey}\n${identity.appType}\n${guid}${identity.occurrence}`, 'base64url').slice(0, 22);
