namespace RobMask.Experiments.Reporting;

/// <summary>The style sheet of the report: light, dark and print; no font, script or picture from elsewhere.</summary>
internal static class ReportStyle
{
    /// <summary>The text of the style sheet.</summary>
    public const string Css = """
        :root { color-scheme: light dark; --page:#fbfbf9; --card:#fff; --ink:#1d2129; --soft:#5b6472; --edge:#d9dce1; --grid:#e7e9ec; --good:#15803d; --bad:#b42318; --open:#8a6100;
          --s0:#0b6bb0; --s1:#c8501a; --s2:#178060; --s3:#a2498a; --s4:#8a6d00; --s5:#3c9ccc; --s6:#6b5fc7; --s7:#555d68; }
        @media (prefers-color-scheme: dark) { :root { --page:#14171c; --card:#1c2027; --ink:#e8eaee; --soft:#a3abb8; --edge:#343b46; --grid:#2b313b; --good:#5fcf8a; --bad:#ff8f80; --open:#e7bd5a;
          --s0:#5cb0ee; --s1:#ff9a66; --s2:#4fcfa5; --s3:#e08fca; --s4:#e0c04f; --s5:#8fd3f7; --s6:#aaa0ff; --s7:#b4bcc8; } }
        @media print { :root { color-scheme: light; --page:#fff; --card:#fff; --ink:#000; --soft:#444; } section { break-inside: avoid-page; } nav { display:none; } details { display:block; } }
        * { box-sizing: border-box; }
        body { margin:0; background:var(--page); color:var(--ink); font:16px/1.55 system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif; }
        main, header, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
        header { padding-top: 2.5rem; } footer { color:var(--soft); font-size:.85rem; padding-bottom:2.5rem; }
        h1 { font-size:1.9rem; line-height:1.2; margin:0 0 .4rem; letter-spacing:-.01em; } h2 { font-size:1.3rem; margin:0 0 .6rem; } h3 { font-size:1rem; margin:1.6rem 0 .4rem; }
        p { margin:.5rem 0; max-width: 46rem; } .soft, figcaption, .soft a { color:var(--soft); } a { color:var(--s0); }
        nav { margin:1rem 0; font-size:.92rem; } nav a { margin-right:1.1rem; }
        section { background:var(--card); border:1px solid var(--edge); border-radius:10px; padding:1.3rem 1.5rem; margin:1.1rem 0; }
        figure { margin:1rem 0; } figcaption { font-size:.88rem; max-width:46rem; } .pair { display:flex; flex-wrap:wrap; gap:1rem; } .pair figure { flex:1 1 24rem; margin:.4rem 0; }
        svg { max-width:100%; height:auto; display:block; } .scroll { overflow-x:auto; }
        table { border-collapse:collapse; font-size:.92rem; font-variant-numeric:tabular-nums; margin:.6rem 0; } caption { text-align:left; color:var(--soft); font-size:.88rem; padding-bottom:.3rem; }
        th, td { text-align:left; padding:.32rem 1.1rem .32rem 0; border-bottom:1px solid var(--grid); vertical-align:top; } thead th { border-bottom:1px solid var(--edge); color:var(--soft); font-weight:600; } th.n, td.n { text-align:right; white-space:nowrap; }
        td .range { color:var(--soft); font-size:.86em; }
        .finding { border-left:4px solid var(--edge); padding:.15rem 0 .15rem .9rem; margin:.8rem 0; } .finding b { display:inline-block; margin-right:.5rem; } .finding p { margin:.1rem 0; }
        .shown { border-color:var(--good); } .shown b { color:var(--good); } .notshown { border-color:var(--bad); } .notshown b { color:var(--bad); } .undecided { border-color:var(--open); } .undecided b { color:var(--open); }
        .grid { stroke:var(--grid); stroke-width:1; } .axis { stroke:var(--soft); stroke-width:1; } text { font:12px system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif; fill:var(--soft); } text.title { fill:var(--ink); }
        .line { fill:none; stroke:var(--c); stroke-width:2; } .dashed { stroke-dasharray:6 4; } .band { fill:var(--c); opacity:.16; } .bar { stroke:var(--c); stroke-width:2; opacity:.55; } .mark { fill:var(--c); stroke:var(--card); stroke-width:1; }
        .s0{--c:var(--s0)} .s1{--c:var(--s1)} .s2{--c:var(--s2)} .s3{--c:var(--s3)} .s4{--c:var(--s4)} .s5{--c:var(--s5)} .s6{--c:var(--s6)} .s7{--c:var(--s7)}
        .strip { width:100%; min-width:16rem; height:15px; image-rendering:pixelated; display:block; border-radius:2px; } .strips td { border:0; padding:.1rem .8rem .1rem 0; white-space:nowrap; } .strips td.wide { width:100%; padding-right:0; } .strips .layer th { padding-top:.9rem; border:0; }
        .key { display:inline-block; width:9rem; height:10px; border-radius:2px; vertical-align:middle; margin:0 .4rem; image-rendering:pixelated; }
        .samples { display:flex; flex-wrap:wrap; gap:1rem 1.4rem; } .samples figure { margin:0; width:18.5rem; } .samples img { width:6rem; height:6rem; image-rendering:pixelated; border-radius:4px; margin-right:.15rem; }
        details summary { cursor:pointer; color:var(--s0); } pre { overflow-x:auto; font-size:.82rem; background:var(--page); padding:.8rem 1rem; border-radius:6px; border:1px solid var(--grid); } .right { color:var(--good); } .wrong { color:var(--bad); }
        """;
}
