/** First letters of Chinese words, as people type them: 活动日历 by "hdrl"; a collator knows the order of readings. */
const LETTERS = "abcdefghjklmnopqrstwxyz";
/** The first character of each letter, by how it is read. */
const FIRST = "阿八嚓哒妸发旮哈讥咔垃呣拏噢妑七呥仨他屲夕丫帀";

const order = new Intl.Collator("zh-Hans-CN-u-co-pinyin");

export function initials(words: string): string {
  return [...words.toLowerCase()]
    .map((letter) => {
      if (/[a-z0-9]/.test(letter)) return letter;
      if (!/[\u4e00-\u9fff]/.test(letter)) return "";
      let found = "";
      for (let place = 0; place < LETTERS.length; place += 1) {
        if (order.compare(FIRST[place] ?? "", letter) <= 0) found = LETTERS[place] ?? "";
      }
      return found;
    })
    .join("");
}
