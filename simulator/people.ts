/**
 * Invented people. Their ID numbers carry a valid GB 11643 check digit, so that intake has something real to check, and can never be anyone's:
 * their first six digits (990000–999999) are no division of GB/T 2260. Phones start with 120, which is no mobile range of the national numbering plan.
 */
import { mix, Random } from './random.ts';

export interface Person { name: string; idNumber: string; phone: string; account: string; address: string; district: string }

const SURNAMES = [...'赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳'];
const SYLLABLES = [...'安柏采辰楚川丹朵恩帆飞歌谷海禾恒弘虹桦嘉景静钧可岚朗乐黎林凌露洛满茂梦铭木宁诺沛祺清晴秋然柔瑞森山舒思松棠庭桐宛望文希溪贤晓心星轩雪雅妍言遥叶依逸音盈咏悠羽雨渊元月昀泽展知舟竹卓梓'];
const ROADS = [...'春夏秋冬晨暮云霞星虹松柏梅兰荷桂枫桐溪泉湖岭禾麦'];

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/** Mod 11-2 check character of the first seventeen digits. */
export function checkDigit(seventeen: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += (seventeen.charCodeAt(i) - 48) * (WEIGHTS[i] as number);
  return '10X98765432'[sum % 11] as string;
}

/** Intake takes a run of the serial (111, 123, 321) for the sign of an invented number, so honest people have none. */
const isRun = (serial: number): boolean => {
  const a = Math.floor(serial / 100);
  const b = Math.floor(serial / 10) % 10;
  const c = serial % 10;
  return b - a === c - b && Math.abs(b - a) <= 1;
};

const pad = (n: number, width: number): string => String(n).padStart(width, '0');

/** 99xxxx + birthday + serial + check digit. `year` is that of the birth. */
export function idNumber(random: Random, year: number): string {
  let serial = random.between(1, 998);
  while (isRun(serial)) serial = random.between(1, 998);
  const body = `99${pad(random.between(0, 9999), 4)}${year}${pad(random.between(1, 12), 2)}${pad(random.between(1, 28), 2)}${pad(serial, 3)}`;
  return body + checkDigit(body);
}

/** The same number is always the same person of this seed. `district` is the six-digit division they live in. */
export function person(seed: number, number: number, district: string, city: string): Person {
  const random = new Random(mix(seed, number));
  const name = random.pick(SURNAMES) + random.pick(SYLLABLES) + (random.chance(0.8) ? random.pick(SYLLABLES) : '');
  return {
    name,
    idNumber: idNumber(random, random.between(1958, 2004)),
    phone: `120${pad(random.between(0, 99_999_999), 8)}`,
    account: `sim${mix(seed, number).toString(36)}${number.toString(36)}`,
    address: `${city}${random.pick(ROADS)}${random.pick(ROADS)}路${random.between(1, 999)}号${random.between(1, 40)}幢${random.between(1, 32)}${pad(random.between(1, 8), 2)}室`,
    district,
  };
}
