// Before the page is painted: light or dark, as this agent has chosen in this browser; else as the system is.
// The choices are kept in the browser, one set for each agent.
{
  const { agent } = document.currentScript.dataset;
  const theme = localStorage.getItem(`console ${agent} theme`);
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}
