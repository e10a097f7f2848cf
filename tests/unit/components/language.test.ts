import { expect, it } from 'vitest'
import { languageOf } from '@/components/message/language'

it.each([
  ['当然可以！**快速排序**（Quick Sort）是这样的：', 'zh-Hans'],
  ['這個問題很好，請看下面的說明。', 'zh-Hant'],
  ['你好！', 'zh'],
  ['『銀河鉄道の夜』は、宮沢賢治の童話作品です。', 'ja'],
  ['日语的“の”字相当于中文的“的”字，用于连接两个名词，这是最常见的用法之一。', 'zh-Hans'],
  ['大韓民國의 首都는 서울입니다. 안녕하세요.', 'ko'],
  ['استخدم الأمر `npm install` لتثبيت Node.js', 'ar'],
  ['می‌خواهم کتاب را ببینم', 'fa'],
  ['یہ ایک کتاب ہے، آپ پڑھیں', 'ur'],
  ['שלום! הנה רשימה', 'he'],
  ['ภาษาไทยเป็นภาษา', 'th'],
  ['请运行：\n```js\nconst words = "a long piece of code that is all Latin"\n```', 'zh-Hans'],
  ['The word 你好 means hello in Chinese, and is what everybody says.', ''],
  ['Bonjour à tous', ''],
  ['', ''],
])('%s', (text, language) => {
  expect(languageOf(text)).toBe(language)
})
