/** What may be said of a message's signature. Codes are stable: rules (K7), operations and the check depend on them. */
import type { Bilingual } from './risk/alert.ts';

export const SIGNATURE_OUTCOMES = {
  none: { en: 'The message is not signed.', zh: '报文未签名。' },
  valid: { en: 'The signature is valid.', zh: '签名有效。' },
  invalid: { en: 'Signature and content do not fit, or the key is of another kind.', zh: '签名与内容不符，或密钥类型不符。' },
  'unknown-key': { en: 'The certificate is none of those that are trusted here, and none that a trusted authority vouches for.', zh: '该证书未在此登记，也没有受信任的机构为其担保。' },
  unsupported: { en: 'It is signed in a way that is not verified here.', zh: '签名方式不受支持，无法验证。' },
  'cert-malformed': { en: 'The certificate in the signature cannot be read.', zh: '签名所附证书无法读取。' },
  'cert-expired': { en: 'A certificate has expired: the signer\'s, or one above it.', zh: '签名证书或其上级证书已过期。' },
  'cert-not-yet': { en: 'A certificate is not yet in force: the signer\'s, or one above it.', zh: '签名证书或其上级证书尚未生效。' },
  'cert-forged': { en: 'A certificate was not signed by the authority that it names.', zh: '证书上的签发机构签名不正确。' },
  'cert-weak': { en: 'A certificate was signed by an algorithm that can be forged, or its RSA key has fewer than 2,048 bits.', zh: '证书的签名算法可被伪造，或 RSA 密钥不足 2048 位。' },
  'cert-not-authority': { en: 'A certificate was issued under one that is no authority.', zh: '上级证书不是证书颁发机构（CA）证书。' },
  'cert-usage': { en: 'A certificate is not meant for this: the signer\'s not for signing, or the authority\'s not for issuing.', zh: '证书用途不符：签名证书不得用于签名，或上级证书不得用于签发。' },
  'cert-path-length': { en: 'More authorities stand below one another than one of them allows.', zh: '证书链长度超过上级证书规定的上限。' },
  'cert-extension': { en: 'A certificate holds a restriction that is not understood here.', zh: '证书含有本系统无法识别的限制性扩展。' },
  'cert-too-complex': { en: 'The certificates are too many or could be chained in too many ways.', zh: '证书过多，或可能的证书链过多。' },
  'cert-revoked': { en: 'A certificate was revoked: the signer\'s, or one above it.', zh: '签名证书或其上级证书已被吊销。' },
  'crl-missing': { en: 'There is no revocation list of the authority here, so nobody knows whether the certificate still stands.', zh: '缺少签发机构的吊销列表（CRL），无法确认证书是否有效。' },
  'crl-stale': { en: 'The authority\'s revocation list here is out of date.', zh: '签发机构的吊销列表（CRL）已过期。' },
  'crl-forged': { en: 'The revocation list here was not signed by the authority that it names, or cannot be used.', zh: '吊销列表（CRL）不是由其所称机构签发，或无法使用。' },
} as const satisfies Record<string, Bilingual>;

export type SignatureOutcome = keyof typeof SIGNATURE_OUTCOMES;
