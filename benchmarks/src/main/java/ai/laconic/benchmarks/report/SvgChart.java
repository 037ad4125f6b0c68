package ai.laconic.benchmarks.report;

import ai.laconic.benchmarks.figure.Figure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Draws figures as lines over the sizes of their groups, with whiskers from least to most. */
public final class SvgChart {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int LEFT = 76;
  private static final int RIGHT = 560;
  private static final int TOP = 44;
  private static final int BOTTOM = 366;
  private static final int LEGEND = 578;
  private static final int LEGEND_LINE = 18;

  /** Of Okabe and Ito: told apart without seeing all colours. */
  private static final List<String> COLOURS =
      List.of("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#000000");

  private static final List<String> DASHES = List.of("none", "7 4", "2 3");

  private final StringBuilder svg = new StringBuilder();

  private SvgChart() {}

  /** Returns the plot; empty if there is nothing to draw. */
  public static Optional<String> draw(ChartPlan plan, List<Figure> figures) {
    Map<String, List<Figure>> lines = new LinkedHashMap<>();
    for (Figure figure : figures) {
      if (figure.unit() == plan.unit()
          && plan.shown().test(figure.name())
          && figure.group().at() > 0
          && figure.spread().min() > 0) {
        lines.merge(
            figure.name(),
            List.of(figure),
            (before, more) -> Stream.concat(before.stream(), more.stream()).toList());
      }
    }
    return lines.isEmpty() ? Optional.empty() : Optional.of(new SvgChart().draw(plan, lines));
  }

  private String draw(ChartPlan plan, Map<String, List<Figure>> lines) {
    List<Figure> all = lines.values().stream().flatMap(List::stream).toList();
    Axis across =
        Axis.around(all.stream().map(figure -> figure.group().at()).toList(), LEFT, RIGHT);
    Axis up =
        Axis.around(
            all.stream()
                .flatMap(figure -> Stream.of(figure.spread().min(), figure.spread().max()))
                .toList(),
            BOTTOM,
            TOP);
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">",
        WIDTH, HEIGHT, WIDTH, HEIGHT);
    add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, HEIGHT);
    text(LEFT, 24, "start", 15, plan.title());
    grid(plan, all, across, up);
    int number = 0;
    for (Map.Entry<String, List<Figure>> line : lines.entrySet()) {
      line(number++, line.getKey(), line.getValue(), across, up);
    }
    add("</svg>");
    return svg.toString();
  }

  private void grid(ChartPlan plan, List<Figure> all, Axis across, Axis up) {
    for (double tick : up.ticks()) {
      double y = up.place(tick);
      add("<path d=\"M%d %.1fH%d\" stroke=\"#dddddd\"/>", LEFT, y, RIGHT);
      text(LEFT - 8, y + 4, "end", 12, ReportText.number(tick));
    }
    for (double at : all.stream().map(figure -> figure.group().at()).distinct().toList()) {
      double x = across.place(at);
      add("<path d=\"M%.1f %dV%d\" stroke=\"#dddddd\"/>", x, TOP, BOTTOM);
      text(x, BOTTOM + 18, "middle", 12, ReportText.number(at));
    }
    text((LEFT + RIGHT) / 2.0, BOTTOM + 40, "middle", 12, plan.axis());
    text(LEFT, TOP - 6, "end", 12, plan.unit().toString());
  }

  private void line(int number, String name, List<Figure> figures, Axis across, Axis up) {
    String colour = COLOURS.get(number % COLOURS.size());
    String dash = DASHES.get(number / COLOURS.size() % DASHES.size());
    StringBuilder path = new StringBuilder();
    for (Figure figure : figures) {
      double x = across.place(figure.group().at());
      path.append(path.isEmpty() ? 'M' : 'L');
      path.append(String.format(Locale.ROOT, "%.1f %.1f", x, up.place(figure.spread().median())));
      add(
          "<path d=\"M%.1f %.1fV%.1f\" stroke=\"%s\"/>",
          x, up.place(figure.spread().min()), up.place(figure.spread().max()), colour);
      add(
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>",
          x, up.place(figure.spread().median()), colour);
    }
    add(
        "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\"/>",
        path, colour, dash);
    int y = TOP + 8 + number * LEGEND_LINE;
    add(
        "<path d=\"M%d %dh24\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\"/>",
        LEGEND, y, colour, dash);
    text(LEGEND + 32, y + 4, "start", 12, name);
  }

  private void text(double x, double y, String anchor, int size, String text) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>",
        x, y, anchor, size, escaped(text));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private void add(String format, Object... arguments) {
    svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }
}
