import { readFileSync } from 'node:fs';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { sampleFiles } from '../../simulator/files.ts';

const files = sampleFiles();
const text = (file: string, element: string) => new RegExp(`<(?:\\w+:)?${element}>([^<]*)<`).exec(files[file] as string)?.[1];

describe('the sample messages', () => {
  test.each(Object.keys(files))('examples/%s is what the simulator writes', (name) => {
    expect(readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8')).toBe(files[name]);
  });

  test.each([['order.xml', 'CEB311Message'], ['payment.xml', 'CEB411Message'], ['waybill.xml', 'CEB511Message'], ['declaration.xml', 'CEB621Message']])('%s is well-formed XML of customs\' namespace: %s', (file, root) => {
    const parser = new SaxesParser({ xmlns: true });
    const roots: string[] = [];
    const foreign: string[] = [];
    parser.on('opentag', (tag) => {
      if (roots.length === 0) roots.push(tag.local);
      if (tag.uri !== 'http://www.chinaport.gov.cn/ceb') foreign.push(tag.local);
    });
    parser.on('error', (error) => { throw error; });
    parser.write(files[file] as string).close();
    expect(roots).toEqual([root]);
    expect(foreign.filter((name) => !name.startsWith('Signature'))).toEqual([]);
  });

  test('one order, four documents that agree', () => {
    expect(text('payment.xml', 'orderNo')).toBe(text('order.xml', 'orderNo'));
    expect(text('declaration.xml', 'orderNo')).toBe(text('order.xml', 'orderNo'));
    expect(text('payment.xml', 'amountPaid')).toBe(text('order.xml', 'acturalPaid'));
    expect(text('declaration.xml', 'logisticsNo')).toBe(text('waybill.xml', 'logisticsNo'));
    expect(text('waybill.xml', 'orderNo')).toBeUndefined();
    expect(text('waybill.xml', 'weight')).toBe(text('declaration.xml', 'grossWeight'));
  });

  test('the faulty order is paid 12.34 short', () => {
    const order = JSON.parse(files['faulty-order.json'] as string) as { order: { orderHead: Record<string, string> } };
    const payment = JSON.parse(files['faulty-payment.json'] as string) as { payment: { paymentHead: Record<string, string> } };
    expect(payment.payment.paymentHead['orderNo']).toBe(order.order.orderHead['orderNo']);
    expect(Number(order.order.orderHead['acturalPaid']) - Number(payment.payment.paymentHead['amountPaid'])).toBeCloseTo(12.34, 5);
  });
});
