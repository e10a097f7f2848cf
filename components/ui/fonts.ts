import localFont from 'next/font/local'

const sourceSans = localFont({
  src: [
    {
      path: '../../node_modules/@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2',
      style: 'normal',
    },
    {
      path: '../../node_modules/@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-italic.woff2',
      style: 'italic',
    },
  ],
  weight: '200 900',
  variable: '--font-source-sans',
  display: 'swap',
})

const sourceCode = localFont({
  src: '../../node_modules/@fontsource-variable/source-code-pro/files/source-code-pro-latin-wght-normal.woff2',
  weight: '200 900',
  variable: '--font-source-code',
  display: 'swap',
  preload: false,
  adjustFontFallback: false,
})

/** Class names that define the font families of `app/globals.css`. */
export const fonts = `${sourceSans.variable} ${sourceCode.variable}`
