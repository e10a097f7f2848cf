declare module 'katex/contrib/mhchem'
