/**
 * What large cities are called elsewhere, for the embedded gazetteer, which knows one name of each. An import
 * from GeoNames brings these and many more.
 */
const lines = `
AT Vienna: Wien, Vienne, Viena, Bécs, Wenen, Vídeň, ウィーン, 维也纳, Вена
BE Antwerpen: Antwerp, Anvers, Amberes
BE Brussels: Bruxelles, Brussel, Brüssel, Bruselas, Bruxelas, ブリュッセル, Брюссель
BE Gent: Ghent, Gand
BG Sofia: София, Sofija
BR Rio de Janeiro: Rio, リオデジャネイロ
BY Minsk: Мінск, Минск
CH Geneva: Genève, Genf, Ginevra, Ginebra
CH Zürich: Zurich, Zurigo, チューリッヒ, 苏黎世
CN Beijing: 北京, Peking, Pékin, Pekín, Pequim, Пекин
CN Chengdu: 成都
CN Chongqing: 重庆, 重慶
CN Guangzhou: 广州, 廣州, Canton
CN Nanjing: 南京, Nanking
CN Shanghai: 上海, Шанхай
CN Shenzhen: 深圳
CN Tianjin: 天津, Tientsin
CN Wuhan: 武汉, 武漢
CN Xian: 西安, Xi'an
CZ Prague: Praha, Prag, Praga, Prága, プラハ, 布拉格, Прага
DE Cologne: Köln, Colonia, Keulen, Kolonia, ケルン, 科隆
DE Frankfurt: Frankfurt am Main, Francfort, Fráncfort, フランクフルト
DE Hannover: Hanover
DE Munich: München, Monaco di Baviera, Múnich, Munique, Mnichov, Monachium, ミュンヘン, 慕尼黑, Мюнхен
DK København: Copenhagen, Kopenhagen, Copenhague, Köpenhamn
DZ Algiers: Alger, Algier, الجزائر
EG Alexandria: الإسكندرية, Alexandrie
EG Cairo: القاهرة, Le Caire, Kairo, El Cairo, Al Qahirah
ES Seville: Sevilla, Séville
ES Zaragoza: Saragossa, Saragosse
FI Helsinki: Helsingfors
FR Lyon: Lyons, Lione
FR Marseille: Marseilles, Marsiglia, Marsella
FR Nice: Nizza, Niza
FR Paris: Parigi, París, Paříž, Paryż, パリ, 巴黎, Париж
FR Strasbourg: Straßburg, Strasburgo
GB Edinburgh: Édimbourg, Edimburgo
GB London: Londres, Londra, Londyn, Londýn, Londen, ロンドン, 伦敦, 倫敦, 런던, Лондон, لندن
GR Athens: Αθήνα, Athen, Athènes, Atenas, Atene, Athina
GR Thessaloniki: Θεσσαλονίκη, Salonica, Saloniki
HK Hong Kong: 香港, Hongkong
HU Budapest: Budapesta, Budapešť, ブダペスト
IE Dublin: Baile Átha Cliath
IL Jerusalem: ירושלים, القدس, Gerusalemme
IL Tel Aviv-Yafo: Tel Aviv, תל אביב
IN Bengaluru: Bangalore, ಬೆಂಗಳೂರು
IN Chennai: Madras, சென்னை
IN Kolkata: Calcutta, কলকাতা
IN Mumbai: Bombay, मुंबई
IN New Delhi: नई दिल्ली
IQ Baghdad: بغداد, Bagdad
IR Tehran: تهران, Teheran, Téhéran
IT Florence: Firenze, Florenz, Florencia, フィレンツェ, 佛罗伦萨
IT Genoa: Genova, Genua, Gênes
IT Milan: Milano, Mailand, Milán, Milão, ミラノ, 米兰, Милан
IT Naples: Napoli, Neapel, Nápoles
IT Rome: Roma, Rom, Řím, Rzym, ローマ, 罗马, Рим
IT Turin: Torino, Turín
IT Venice: Venezia, Venedig, Venecia, Venise, ヴェネツィア, 威尼斯
JP Fukuoka: 福岡
JP Hiroshima: 広島
JP Kobe: 神戸
JP Kyoto: 京都
JP Nagoya: 名古屋
JP Osaka: 大阪, Осака
JP Sapporo: 札幌
JP Sendai: 仙台
JP Tokyo: 東京, 东京, Tokio, Tóquio, 도쿄, Токио
JP Yokohama: 横浜
KR Busan: 부산, Pusan
KR Incheon: 인천
KR Seoul: 서울, Séoul, Seúl, 首爾, 首尔, ソウル, Сеул
LB Beirut: بيروت, Beyrouth
LT Vilnius: Wilno, Vilna
LU Luxembourg: Luxemburg, Lëtzebuerg
MA Marrakesh: Marrakech, مراكش
MX Mexico City: Ciudad de México, México, CDMX, Mexiko-Stadt, Mexico DF
MY Kuala Lumpur: 吉隆坡
NL The Hague: Den Haag, La Haye, 's-Gravenhage
NO Oslo: Christiania
PH Manila: Maynila
PL Kraków: Krakau, Cracow, Cracovie
PL Warsaw: Warszawa, Warschau, Varsovie, Varsovia, Varsavia, Варшава
PL Wroclaw: Wrocław, Breslau
PL Gdansk: Gdańsk, Danzig
PL Lódz: Łódź
PT Lisbon: Lisboa, Lissabon, Lisbonne, リスボン, 里斯本
PT Porto: Oporto
RO Bucharest: București, Bukarest, Bucarest
RS Belgrade: Beograd, Београд, Belgrad
RU Moscow: Москва, Moskva, Moskau, Moscou, Moscú, Mosca, モスクワ, 莫斯科
RU St. Petersburg: Санкт-Петербург, Sankt-Peterburg, Saint-Pétersbourg, San Petersburgo, Leningrad
SA Makkah: Mecca, مكة
SA Riyadh: الرياض, Riad
SE Göteborg: Gothenburg
SG Singapore: 新加坡, Singapur, Singapour
SK Bratislava: Pressburg
SY Damascus: دمشق, Damas, Damaskus
TH Bangkok: กรุงเทพ, Krung Thep, バンコク
TR Istanbul: İstanbul, Constantinople, Estambul
TW Taipei: 台北, 臺北
UA Kyiv: Kiev, Київ, Киев, Kiew
UA Lvov: Lviv, Львів, Lemberg
UA Odessa: Odesa, Одеса
US Los Angeles: LA, ロサンゼルス
US New York: New York City, NYC, Nueva York, Nova York, ニューヨーク, 纽约, 紐約, Нью-Йорк
US Washington, D.C.: Washington, Washington DC
VN Hanoi: Hà Nội
VN Ho Chi Minh City: Saigon, Thành phố Hồ Chí Minh
`;

/** Further names by country and the embedded name. */
export function otherNames(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const line of lines.trim().split("\n")) {
    const [, city = "", names = ""] = line.match(/^(.+): (.+)$/) ?? [];
    found.set(city, names.split(", "));
  }
  return found;
}
