/** Episodes of the public-security rules S3, S4, S11, S12 and S13. */
import { CATALOGUE, type Good } from '../catalogue.ts';
import { stamp14 } from '../clock.ts';
import type { Random } from '../random.ts';
import { type Episode, GRADE, HOUR, type Plan, type Scene, severity, type Severity, spread, subject, within } from './episode.ts';
import { odd, oddDeals } from './public-security.ts';

/** One order by somebody called so, amid two by others. */
function named(random: Random, start: number, { dealer }: Scene, episode: string, name: string): Plan {
  const buyer = { ...dealer.person(random), name };
  const deals = [dealer.draw(random, start, { newcomer: true, episode }), dealer.draw(random, start + 1000, { buyer, episode })];
  for (const deal of deals.slice(1)) deal.consignee = deal.receiver = buyer;
  return { deals, subjects: [...subject('buyer', buyer.idNumber), ...subject('payer', buyer.idNumber)] };
}

/** By severity, against an invented name of seeds/sanctions.csv: as somebody else may spell it; and the family name first. */
const SPELLINGS = ['Tebbit Varlaxyan', 'Tebbit Vorlacsien', 'TEBBIT VORLAXIEN', 'Vorlaxian Tebbit'];

export const sanctionedName: Episode = {
  id: 'public-security/sanctioned-name',
  label: { en: 'A buyer called nearly like somebody of the sanctions list', zh: '买家姓名与制裁名单相近' },
  plan(random, start, scene) {
    const level = severity(random);
    return { ...named(random, start, scene, this.id, SPELLINGS[level] as string), grade: GRADE[level] };
  },
};

export const likeNames: Episode = {
  id: 'public-security/sanctioned-name', lookAlike: true,
  label: { en: 'The given name of a listed person, another of the family, or a citizen called like a listed foreigner', zh: '仅名或姓与名单相同的买家，或与名单所列外国人同名的本国公民' },
  plan: (random, start, scene) => named(random, start, scene, 'public-security/sanctioned-name', random.pick(['Tebbit Marlowe', 'Tebbit Halloway', 'Dravik Hollander', 'Dravik Uldemarsh', '欧阳晴'])),
};

/** What the law watches, under harmless codes; told by the name, by the description, or by the code. */
const SPECIES: Good[] = [odd('9503002100', '沉香手串', 'wooden beads', 320, 0.05), odd('4202220000', '香道礼盒', 'incense, 沉香 chips', 260, 0.1), odd('4113300000', '皮料', 'embossed leather', 480, 0.3)];

export const protectedSpecies: Episode = {
  id: 'public-security/protected-species',
  label: { en: 'Goods of protected species without a permit', zh: '无证濒危物种制品' },
  plan(random, start, scene) {
    const many = severity(random) === 3;
    const made = oddDeals(random, start, scene, this.id, random.pick(SPECIES), 'THA', many ? 3 : 1);
    return made && { ...made, grade: many ? 'red' : 'orange' };
  },
};

export const imitations: Episode = {
  id: 'public-security/protected-species', lookAlike: true,
  label: { en: 'Brands and colours called after animals', zh: '以动物命名的品牌与颜色' },
  plan: (random, start, scene) => oddDeals(random, start, scene, 'public-security/protected-species', random.pick([odd('9619001100', '象牌婴儿纸尿裤', 'elephant brand', 104, 2.6), odd('7013370000', '水杯', 'ivorywhite glass', 128, 1.8), odd('4202220000', '仿鳄鱼纹单肩包', 'nylon', 560, 0.6)]), 'THA', 5),
};

const BATTERIES: Good[] = [odd('9503008390', '充电宝', '20000mAh', 129, 0.4), odd('9503002100', '遥控配件', 'with Lithium Battery 7.4V', 88, 0.3), odd('3305900000', '定型产品', 'hair AEROSOL 200ml', 78, 0.25)];

export const hiddenBatteries: Episode = {
  id: 'public-security/undeclared-dangerous-goods',
  label: { en: 'Batteries and aerosols declared as toys and cosmetics', zh: '锂电池、气雾剂伪报为玩具、化妆品' },
  plan(random, start, scene) {
    const level = severity(random);
    const made = oddDeals(random, start, scene, this.id, random.pick(BATTERIES), 'MYS', [1, 2, 5, 10][level] as number);
    return made && { ...made, grade: GRADE[level] };
  },
};

export const declaredBatteries: Episode = {
  id: 'public-security/undeclared-dangerous-goods', lookAlike: true,
  label: { en: 'Batteries declared as what they are, and a toothbrush', zh: '如实申报的电池及电动牙刷' },
  plan: (random, start, scene) => oddDeals(random, start, scene, 'public-security/undeclared-dangerous-goods', random.pick([odd('8507600000', '锂电池', 'cells 18650', 66, 0.1), odd('8506500000', '锂电池', 'CR2032 coin cells', 26, 0.02), odd('8509802000', '电动牙刷', 'rechargeable', 420, 0.4)]), 'MYS', 5),
};

const CONTROLLED: Good[] = [odd('9503008390', '户外观察镜', 'Night Vision 5x', 880, 0.6), odd('3401300000', '水质净化粉', '高锰酸钾 500g', 58, 0.5), odd('2841610000', '清洁剂', 'purple crystals', 62, 0.5), odd('9004100000', '微光夜视仪', 'helmet mount', 1880, 0.7)];

export const controlledGoods: Episode = {
  id: 'public-security/precursor-dual-use',
  label: { en: 'Drug precursors and dual-use goods amid a seller\'s others', zh: '夹带易制毒化学品或两用物项' },
  plan(random, start, scene) {
    const many = severity(random) >= 2;
    const made = oddDeals(random, start, scene, this.id, random.pick(CONTROLLED), 'TUR', many ? 2 : 1);
    return made && { ...made, grade: many ? 'red' : 'orange' };
  },
};

export const nightLights: Episode = {
  id: 'public-security/precursor-dual-use', lookAlike: true,
  label: { en: 'Lamps for the night and water filters', zh: '小夜灯与净水用品' },
  plan: (random, start, scene) => oddDeals(random, start, scene, 'public-security/precursor-dual-use', random.pick([odd('9405420000', '小夜灯', 'night light with vision sensor', 88, 0.2), odd('3924100000', '净水壶', 'with filter', 128, 0.9)]), 'TUR', 5),
};

/** A product as it is declared: ten digits of which the last two are the country's own, and its origin. */
function product(random: Random): string {
  const { hs, origins } = random.pick(CATALOGUE);
  return `${hs.slice(0, 8)}${random.between(10, 99)}|${random.pick(origins)}`;
}

function reports(random: Random, start: number, scene: Scene, kind: string, count: number): Plan {
  const subjectId = product(random);
  const number = `SIM${Math.floor(start / 1000).toString(36)}${random.between(100, 999)}`;
  const events = spread(count, start, within(scene, 20_000, 3 * HOUR), (at, i) => {
    const event = { type: 'observation', kind, subjectType: 'product', subject: subjectId, value: 1, unit: 'reports', at: stamp14(at), source: 'SIM-hospitals', number: `${number}-${i}` };
    // Every other is sent again by somebody who was not sure: it counts once.
    return i % 2 === 0 ? [{ at, event }] : [{ at, event }, { at: at + 500, event }];
  }).flat();
  return { events, subjects: subject('product', subjectId) };
}

export const injuries: Episode = {
  id: 'public-security/injury-reports',
  label: { en: 'Hospitals report injuries by one product', zh: '医疗机构报告同一产品致伤' },
  plan(random, start, scene) {
    const level: Severity = severity(random);
    return { ...reports(random, start, scene, 'injury', [1, 2, 5, 10][level] as number), grade: GRADE[level] };
  },
};

export const complained: Episode = {
  id: 'public-security/injury-reports', lookAlike: true,
  label: { en: 'Complaints about a product that hurt nobody', zh: '未致伤的产品投诉' },
  plan: (random, start, scene) => reports(random, start, scene, 'complaint', 8),
};
