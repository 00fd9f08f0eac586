/** XSD 1.0 of the official XML message: CEBnnnMessage with its documents, the sender's block and the signature. Fields may stand in any order. */
import type { Message } from '../customs/messages.ts';
import { placesOf } from '../customs/official.ts';
import { escapeMarkup } from './markup.ts';
import { type Row, rowsOf } from './fields.ts';

const NAMESPACE = 'http://www.chinaport.gov.cn/ceb';

/** A bounded text; a required one is more than spaces. */
function bounded(max: number, required: boolean, forbidden = ''): string {
  const pattern = forbidden === '' ? '' : `<xs:pattern value="[^${forbidden}]*"/>`;
  return `<xs:simpleType><xs:restriction base="xs:${required ? 'token' : 'string'}">${required ? '<xs:minLength value="1"/>' : ''}<xs:maxLength value="${max}"/>${pattern}</xs:restriction></xs:simpleType>`;
}

function typeOfRow({ about, required }: Row): { named: string } | { inline: string } {
  switch (about.kind) {
    case 'amount': return { named: required ? 'amount' : 'amountOrNothing' };
    case 'time': return { named: required ? 'moment' : 'momentOrNothing' };
    case 'sealed': return { named: 'anything' };
    case 'appType': return { named: 'appType' };
    case 'whole': {
      const range = `<xs:minInclusive value="${about.lowest}"/><xs:maxInclusive value="${about.highest}"/>`;
      const whole = `<xs:simpleType><xs:restriction base="xs:integer">${range}</xs:restriction></xs:simpleType>`;
      return { inline: required ? whole : `<xs:simpleType><xs:union memberTypes="ceb:nothing">${whole}</xs:union></xs:simpleType>` };
    }
    case 'key': return { inline: bounded(about.max, required, '|') };
    default: return { inline: bounded(about.max, required) };
  }
}

function element(row: Row, indent: string): string {
  const type = typeOfRow(row);
  const { label, meaning } = row.meaning;
  const note = `<xs:annotation><xs:documentation xml:lang="en">${escapeMarkup(`${label.en}. ${meaning.en}`)}</xs:documentation><xs:documentation xml:lang="zh">${escapeMarkup(`${label.zh}。${meaning.zh}`)}</xs:documentation></xs:annotation>`;
  // A deletion need only name its document, and XSD knows no "unless": so only that much is required.
  const open = `${indent}<xs:element name="${row.name}" minOccurs="${row.always || (row.required && row.path.startsWith('items.')) ? 1 : 0}"`;
  return 'named' in type ? `${open} type="ceb:${type.named}">${note}</xs:element>` : `${open}>${note}${type.inline}</xs:element>`;
}

const all = (rows: readonly Row[], indent: string): string => `${indent}<xs:all>\n${rows.map((row) => element(row, `${indent}  `)).join('\n')}\n${indent}</xs:all>`;

/** The document: fields in a head with lines after it, or (receipts, cancellations) directly in it. */
function documentType(message: Message): string {
  const { head, lines, hasLines } = rowsOf(message.type);
  const places = placesOf(message);
  if (places.head === '') return `  <xs:complexType name="document">\n${all(head, '    ')}\n  </xs:complexType>`;
  const list = hasLines ? `\n      <xs:element name="${places.list}" type="ceb:line" minOccurs="0" maxOccurs="unbounded"/>` : '';
  return `  <xs:complexType name="document">
    <xs:sequence>
      <xs:element name="${places.head}" type="ceb:head"/>${list}
      <xs:any namespace="http://www.w3.org/2000/09/xmldsig#" processContents="lax" minOccurs="0"/>
    </xs:sequence>
  </xs:complexType>
  <xs:complexType name="head">\n${all(head, '    ')}\n  </xs:complexType>${hasLines ? `\n  <xs:complexType name="line">\n${all(lines, '    ')}\n  </xs:complexType>` : ''}`;
}

const SHARED = `  <xs:simpleType name="nothing"><xs:restriction base="xs:string"><xs:length value="0"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="amount"><xs:restriction base="xs:decimal"><xs:minInclusive value="0"/><xs:totalDigits value="19"/><xs:fractionDigits value="5"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="amountOrNothing"><xs:union memberTypes="ceb:nothing ceb:amount"/></xs:simpleType>
  <xs:simpleType name="moment"><xs:restriction base="xs:token"><xs:pattern value="[0-9]{8}([0-9]{6}([0-9]{3})?)?"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="momentOrNothing"><xs:union memberTypes="ceb:nothing ceb:moment"/></xs:simpleType>
  <xs:simpleType name="appType"><xs:restriction base="xs:token"><xs:enumeration value="1"/><xs:enumeration value="2"/><xs:enumeration value="3"/></xs:restriction></xs:simpleType>
  <xs:complexType name="anything" mixed="true"><xs:sequence><xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
  <xs:complexType name="sender">
    <xs:all>
      <xs:element name="copCode" type="xs:string"/>
      <xs:element name="copName" type="xs:string"/>
      <xs:element name="dxpMode" type="xs:string" fixed="DXP"/>
      <xs:element name="dxpId" type="xs:string"/>
      <xs:element name="note" type="xs:string" minOccurs="0"/>
    </xs:all>
  </xs:complexType>`;

export function messageXsd(message: Message, version: number): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:ceb="${NAMESPACE}" targetNamespace="${NAMESPACE}" elementFormDefault="qualified" version="${version}">
  <xs:annotation><xs:documentation xml:lang="en">CEB${message.number}: ${escapeMarkup(message.title.en)}</xs:documentation><xs:documentation xml:lang="zh">CEB${message.number}：${escapeMarkup(message.title.zh)}</xs:documentation></xs:annotation>
  <xs:element name="CEB${message.number}Message">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="${message.element}" type="ceb:document" maxOccurs="unbounded"/>
        <xs:element name="BaseTransfer" type="ceb:sender" minOccurs="0"/>
        <xs:any namespace="http://www.w3.org/2000/09/xmldsig#" processContents="lax" minOccurs="0"/>
      </xs:sequence>
      <xs:attribute name="guid" type="xs:string"/>
      <xs:attribute name="version" type="xs:string"/>
    </xs:complexType>
  </xs:element>
${documentType(message)}
${SHARED}
</xs:schema>
`;
}
