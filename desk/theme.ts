/** Light or dark: chosen by hand, else as the system has it. */
export function setTheme(theme: string): void {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem('fenghuo.theme', theme);
}

export function startTheme(): void {
  document.documentElement.dataset.theme =
    localStorage.getItem('fenghuo.theme') ?? (matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark');
}
