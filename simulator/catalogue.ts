/**
 * What simulated buyers buy. HS codes and prices are plausible samples for traffic, no tariff and no market data. One code holds one kind of good,
 * so that a price per code means something. Every tuple: HS10, name, English model text, customs unit, CNY per unit, net kg per unit, VAT,
 * consumption tax, popularity, origins (ISO alpha-3, weighted by repetition).
 */
export interface Good {
  hs: string; name: string; model: string; unit: string; price: number; netKg: number; vat: number; consumptionTax: number; popularity: number; origins: string[];
}

type Row = [string, string, string, string, number, number, number, number, number, string];
const CAN = '122', BOX = '140', BOTTLE = '142', PACK = '125', PIECE = '011', PAIR = '025', BAG = '136', SET = '006';

const ROWS: Row[] = [
  ['0402100000', '脱脂奶粉', 'skimmed milk powder 1kg', BAG, 78, 1, 0.13, 0, 5, 'AUS AUS NZL NZL DEU'],
  ['0402210000', '全脂奶粉', 'whole milk powder 1kg', BAG, 82, 1, 0.13, 0, 6, 'AUS NZL NZL NLD DEU'],
  ['0402290000', '成人高钙奶粉', 'high-calcium milk powder 900g', CAN, 118, 0.9, 0.13, 0, 4, 'AUS NZL NLD IRL'],
  ['0409000000', '天然蜂蜜', 'manuka-type honey 500g', BOTTLE, 168, 0.5, 0.09, 0, 4, 'NZL NZL NZL AUS CAN'],
  ['0802120000', '扁桃仁', 'almond kernels 500g', BAG, 62, 0.5, 0.09, 0, 3, 'USA USA AUS ESP'],
  ['0802320000', '核桃仁', 'walnut kernels 500g', BAG, 58, 0.5, 0.09, 0, 2, 'USA CHL FRA'],
  ['0802620000', '澳洲坚果仁', 'macadamia kernels 450g', BAG, 96, 0.45, 0.09, 0, 2, 'AUS ZAF KEN'],
  ['0901210000', '烘焙咖啡豆', 'roasted coffee beans 1kg', BAG, 128, 1, 0.13, 0, 5, 'ITA ITA USA BRA COL ETH VNM'],
  ['0901220000', '低因咖啡', 'decaffeinated coffee 250g', BAG, 52, 0.25, 0.13, 0, 2, 'ITA DEU CHE'],
  ['1509200000', '特级初榨橄榄油', 'extra virgin olive oil 1L', BOTTLE, 108, 0.92, 0.09, 0, 4, 'ESP ESP ITA GRC'],
  ['1704900000', '软糖', 'fruit gums 200g', BAG, 22, 0.2, 0.13, 0, 4, 'DEU JPN THA TUR'],
  ['1806310000', '夹心巧克力', 'filled chocolate 250g', BOX, 66, 0.25, 0.13, 0, 5, 'BEL CHE ITA DEU'],
  ['1806320000', '黑巧克力排块', 'dark chocolate bar 100g', PIECE, 28, 0.1, 0.13, 0, 4, 'CHE BEL FRA'],
  ['1806900000', '可可饮品', 'cocoa drink powder 400g', CAN, 46, 0.4, 0.13, 0, 2, 'NLD GBR MYS'],
  ['1901101010', '婴儿配方奶粉1段', 'infant formula stage 1, 800g', CAN, 198, 0.8, 0.13, 0, 12, 'NLD NLD DEU IRL NZL AUS FRA'],
  ['1901101090', '较大婴儿配方奶粉2段', 'follow-on formula stage 2, 800g', CAN, 192, 0.8, 0.13, 0, 12, 'NLD DEU DEU IRL NZL AUS CHE'],
  ['1901109000', '幼儿配方米粉', 'infant cereal 225g', BOX, 42, 0.225, 0.13, 0, 4, 'USA DEU ITA AUS'],
  ['1902303000', '方便面', 'instant noodles 5 packs', PACK, 26, 0.6, 0.13, 0, 4, 'KOR KOR THA IDN JPN'],
  ['1905310000', '甜饼干', 'butter cookies 454g', BOX, 48, 0.454, 0.13, 0, 4, 'DNK GBR MYS IDN'],
  ['1905320000', '华夫饼干', 'wafers 250g', BAG, 24, 0.25, 0.13, 0, 3, 'ITA IDN AUT VNM'],
  ['1905900000', '米果', 'rice crackers 180g', BAG, 19, 0.18, 0.13, 0, 3, 'JPN THA KOR'],
  ['2008191000', '烘焙腰果', 'roasted cashews 500g', CAN, 74, 0.5, 0.13, 0, 3, 'VNM VNM IND USA'],
  ['2009120000', '橙汁', 'orange juice 1L', BOTTLE, 24, 1.05, 0.13, 0, 2, 'BRA CYP ESP'],
  ['2101110000', '速溶咖啡', 'instant coffee 200g', BOTTLE, 58, 0.2, 0.13, 0, 5, 'JPN BRA DEU VNM COL'],
  ['2106100000', '乳清蛋白粉', 'whey protein 2.27kg', CAN, 338, 2.27, 0.13, 0, 5, 'USA USA GBR DEU'],
  ['2106901000', '固体饮料', 'vitamin C effervescent tablets 60', BOTTLE, 54, 0.12, 0.13, 0, 5, 'DEU AUS USA CHE'],
  ['2106903010', '鱼油软胶囊', 'fish oil capsules 400', BOTTLE, 128, 0.55, 0.13, 0, 7, 'AUS AUS NOR USA CAN'],
  ['2106903090', '蜂胶胶囊', 'propolis capsules 365', BOTTLE, 146, 0.45, 0.13, 0, 3, 'NZL AUS BRA'],
  ['2106909011', '综合维生素片', 'multivitamin tablets 300', BOTTLE, 138, 0.4, 0.13, 0, 7, 'USA USA AUS DEU CAN'],
  ['2106909019', '氨糖软骨素', 'glucosamine tablets 220', BOTTLE, 172, 0.42, 0.13, 0, 5, 'USA AUS CAN JPN'],
  ['2106909021', '胶原蛋白饮', 'collagen drink 10 x 50ml', BOX, 188, 0.65, 0.13, 0, 6, 'JPN JPN DEU KOR'],
  ['2106909029', '益生菌粉', 'probiotics powder 30 sachets', BOX, 156, 0.06, 0.13, 0, 6, 'USA KOR DNK CAN'],
  ['2106909031', '酵素粒', 'enzyme tablets 66', BAG, 98, 0.05, 0.13, 0, 4, 'JPN JPN KOR'],
  ['2106909039', '叶黄素软糖', 'lutein gummies 60', BOTTLE, 88, 0.2, 0.13, 0, 4, 'USA NZL DEU'],
  ['2204210000', '干红葡萄酒', 'dry red wine 750ml', BOTTLE, 138, 0.75, 0.13, 0.1, 5, 'FRA FRA AUS CHL ITA ESP ZAF'],
  ['2204100000', '起泡葡萄酒', 'sparkling wine 750ml', BOTTLE, 226, 0.75, 0.13, 0.1, 2, 'FRA ITA ESP'],
  ['2309101000', '猫粮', 'dry cat food 5.4kg', BAG, 328, 5.4, 0.09, 0, 4, 'NZL CAN USA'],
  ['2309109000', '犬粮罐头', 'wet dog food 12 cans', BOX, 216, 4.8, 0.09, 0, 2, 'NZL THA AUS'],
  ['3303000010', '香水', 'eau de parfum 50ml', BOTTLE, 620, 0.05, 0.13, 0.15, 5, 'FRA FRA ITA GBR ESP'],
  ['3303000020', '淡香水', 'eau de toilette 100ml', BOTTLE, 380, 0.1, 0.13, 0, 4, 'FRA ITA USA'],
  ['3304100091', '唇膏', 'lipstick 3.5g', PIECE, 228, 0.0035, 0.13, 0.15, 7, 'FRA FRA USA KOR ITA'],
  ['3304100099', '润唇膏', 'lip balm 4g', PIECE, 36, 0.004, 0.13, 0, 4, 'JPN USA DEU'],
  ['3304200091', '眼影盘', 'eye shadow palette', PIECE, 268, 0.015, 0.13, 0.15, 4, 'USA FRA KOR ITA'],
  ['3304200099', '睫毛膏', 'mascara 7g', PIECE, 68, 0.007, 0.13, 0, 3, 'JPN USA DEU'],
  ['3304910090', '散粉', 'loose powder 18g', BOX, 248, 0.018, 0.13, 0.15, 4, 'JPN FRA USA'],
  ['3304990021', '面霜', 'face cream 50ml', BOTTLE, 560, 0.05, 0.13, 0.15, 6, 'FRA JPN USA CHE'],
  ['3304990029', '精华液', 'serum 30ml', BOTTLE, 480, 0.03, 0.13, 0.15, 7, 'JPN FRA USA KOR'],
  ['3304990031', '面膜', 'sheet masks 10 pieces', BOX, 96, 0.3, 0.13, 0, 9, 'KOR KOR JPN THA'],
  ['3304990039', '爽肤水', 'toner 150ml', BOTTLE, 148, 0.15, 0.13, 0, 6, 'JPN KOR FRA'],
  ['3304990049', '防晒乳', 'sunscreen 60ml', BOTTLE, 128, 0.06, 0.13, 0, 7, 'JPN JPN KOR AUS ESP'],
  ['3304990099', '身体乳', 'body lotion 400ml', BOTTLE, 72, 0.4, 0.13, 0, 4, 'USA DEU JPN'],
  ['3305100090', '洗发水', 'shampoo 500ml', BOTTLE, 76, 0.5, 0.13, 0, 5, 'JPN DEU USA THA'],
  ['3305900000', '护发素', 'conditioner 500ml', BOTTLE, 78, 0.5, 0.13, 0, 4, 'JPN FRA USA'],
  ['3306101090', '牙膏', 'toothpaste 100ml', PIECE, 34, 0.13, 0.13, 0, 4, 'JPN DEU KOR GBR'],
  ['3307200000', '止汗露', 'deodorant roll-on 50ml', PIECE, 38, 0.06, 0.13, 0, 2, 'DEU USA FRA'],
  ['3307300000', '浴盐', 'bath salts 600g', BOTTLE, 56, 0.6, 0.13, 0, 2, 'JPN DEU ISR'],
  ['3401110000', '香皂', 'soap 4 x 100g', PACK, 42, 0.4, 0.13, 0, 2, 'GBR DEU THA'],
  ['3401300000', '洁面乳', 'face wash 120g', PIECE, 62, 0.12, 0.13, 0, 6, 'JPN KOR FRA'],
  ['3924100000', '塑料保鲜盒', 'food containers set', SET, 88, 0.9, 0.13, 0, 2, 'KOR JPN THA'],
  ['4202210090', '女士皮质手提包', 'leather handbag', PIECE, 2180, 0.9, 0.13, 0, 2, 'ITA ITA FRA ESP'],
  ['4202220000', '尼龙单肩包', 'nylon shoulder bag', PIECE, 560, 0.6, 0.13, 0, 2, 'JPN VNM USA'],
  ['6109100010', '棉制T恤', 'cotton T-shirt', PIECE, 148, 0.2, 0.13, 0, 3, 'TUR PRT BGD VNM'],
  ['6110110000', '羊毛套头衫', 'wool pullover', PIECE, 620, 0.4, 0.13, 0, 2, 'ITA GBR PRT'],
  ['6111200050', '婴儿连体服', 'baby bodysuit 3 pieces', PACK, 118, 0.3, 0.13, 0, 3, 'BGD THA TUR'],
  ['6403990090', '皮鞋', 'leather shoes', PAIR, 780, 1.1, 0.13, 0, 2, 'ITA PRT ESP VNM'],
  ['6404110000', '跑步鞋', 'running shoes', PAIR, 590, 0.8, 0.13, 0, 4, 'VNM VNM IDN JPN'],
  ['7013370000', '玻璃杯', 'drinking glasses 6 pieces', SET, 128, 1.8, 0.13, 0, 1, 'FRA TUR CZE'],
  ['7323930000', '不锈钢锅', 'stainless steel pot 24cm', PIECE, 460, 2.4, 0.13, 0, 2, 'DEU DEU ITA KOR'],
  ['8210000000', '手摇咖啡磨', 'hand coffee grinder', PIECE, 268, 0.6, 0.13, 0, 1, 'JPN DEU USA'],
  ['8509409000', '食物料理机', 'food processor', PIECE, 1180, 4.2, 0.13, 0, 2, 'DEU USA SVN'],
  ['8509802000', '电动牙刷', 'electric toothbrush', PIECE, 420, 0.4, 0.13, 0, 4, 'DEU DEU USA JPN'],
  ['8510100000', '电动剃须刀', 'electric shaver', PIECE, 890, 0.5, 0.13, 0, 3, 'DEU NLD JPN'],
  ['8516310000', '电吹风', 'hair dryer', PIECE, 760, 1, 0.13, 0, 3, 'MYS JPN THA'],
  ['8518300000', '头戴式耳机', 'headphones', PIECE, 1420, 0.3, 0.13, 0, 3, 'MYS VNM JPN USA'],
  ['9004100000', '太阳镜', 'sunglasses', PIECE, 760, 0.05, 0.13, 0, 2, 'ITA ITA USA JPN'],
  ['9102110000', '石英手表', 'quartz watch', PIECE, 1680, 0.15, 0.13, 0, 2, 'CHE JPN JPN'],
  ['9503008390', '积木玩具', 'building bricks set', BOX, 388, 0.9, 0.13, 0, 4, 'DNK CZE MEX HUN'],
  ['9503002100', '玩偶', 'doll', PIECE, 158, 0.35, 0.13, 0, 2, 'IDN VNM JPN'],
  ['9619001100', '婴儿纸尿裤', 'baby nappies 64 pieces', BAG, 104, 2.6, 0.13, 0, 8, 'JPN JPN JPN POL KOR'],
  ['9619002000', '卫生巾', 'sanitary pads 20 pieces', BAG, 32, 0.2, 0.13, 0, 4, 'JPN KOR FRA DEU'],
];

export const CATALOGUE: readonly Good[] = ROWS.map(([hs, name, model, unit, price, netKg, vat, consumptionTax, popularity, origins]) =>
  ({ hs, name, model, unit, price, netKg, vat, consumptionTax, popularity, origins: origins.split(' ') }));

/** CNY per unit of a good from one origin: the catalogue's price, spread by up to 8 % between origins, in whole yuan. */
export function originPrice(good: Good, country: string): number {
  const spread = ((country.charCodeAt(0) * 7 + country.charCodeAt(1) * 13 + country.charCodeAt(2) * 29) % 17) - 8;
  return Math.max(1, Math.round(good.price * (1 + spread / 100)));
}

/** Tax of one line in limit, in fen: 0.7 × P × (c + v) / (1 − c), half up (domain rule of the cross-border retail import notice). */
export const taxInLimit = (dutiableFen: number, vat: number, consumptionTax: number): number =>
  Math.floor((0.7 * dutiableFen * (consumptionTax + vat)) / (1 - consumptionTax) + 0.5 + 1e-9);
