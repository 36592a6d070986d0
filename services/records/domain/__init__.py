"""The rules of `records`: the client, the chart, the diary, screening and the FIQR."""
