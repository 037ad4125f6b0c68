package ai.laconic.benchmarks.suite;

import ai.laconic.benchmarks.figure.Figure;
import ai.laconic.benchmarks.figure.Group;
import ai.laconic.benchmarks.figure.Measured;
import ai.laconic.benchmarks.figure.Recorder;
import ai.laconic.benchmarks.figure.Turns;
import ai.laconic.benchmarks.figure.Unit;
import ai.laconic.benchmarks.served.Compressed;
import ai.laconic.benchmarks.served.GatewayClient;
import ai.laconic.benchmarks.served.ServedSystem;
import ai.laconic.benchmarks.text.SourceTexts;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.v1.Windowing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What is encoded anew when a word is put into a long text that is there already. */
final class EditSuite implements Suite {
  private static final int SLOTS = 1;
  private static final int POSITIONS = 1024;
  private static final String WHOLE = "whole text";

  private static final List<Place> PLACES =
      List.of(new Place("start", 0), new Place("middle", 0.5), new Place("end", 1));

  private static final List<Cut> CUTS =
      List.of(
          new Cut("content-defined windows", Windowing.WINDOWING_CONTENT_DEFINED),
          new Cut("fixed windows", Windowing.WINDOWING_FIXED));

  private record Place(String name, double share) {
    Group group(String of) {
      return new Group("a word at the " + name + ", " + of, 0);
    }
  }

  private record Cut(String name, Windowing windowing) {}

  @Override
  public String name() {
    return "edit";
  }

  @Override
  public String description() {
    return "what is encoded anew after a change";
  }

  @Override
  public List<Figure> run(Workbench bench)
      throws IOException, InterruptedException, ModelDirectoryException {
    Measured measured = new Measured();
    try (ServedSystem system = bench.serveFirst(SLOTS, POSITIONS);
        GatewayClient client = GatewayClient.open(system.gateway())) {
      bench.announce().accept("changing a text of " + bench.sizes().editedTokens() + " tokens");
      Turns turns = new Turns();
      int number = 0;
      for (Place place : PLACES) {
        for (Cut cut : CUTS) {
          // A text of its own: what one change moved would be there for another.
          long text = number++;
          turns.add((round, to) -> edit(client, bench, place, cut, 100L * round + text, to));
        }
      }
      turns.run(1, bench.rounds(), measured);
    }
    List<Figure> figures = new ArrayList<>();
    for (Place place : PLACES) {
      for (Cut cut : CUTS) {
        Group group = place.group(cut.name());
        figures.add(measured.figure(group, WHOLE, Unit.WINDOWS));
        figures.add(measured.figure(group, "encoded anew", Unit.WINDOWS, WHOLE));
        figures.add(measured.figure(group, WHOLE + ", time", Unit.SECONDS));
        figures.add(measured.figure(group, "changed, time", Unit.SECONDS, WHOLE + ", time"));
      }
    }
    return figures;
  }

  private static void edit(
      GatewayClient client, Workbench bench, Place place, Cut cut, long number, Recorder to) {
    int ratio = bench.first().ratio().value();
    Group group = place.group(cut.name());
    String text = bench.texts().text(bench.sizes().editedTokens(), number);
    Compressed whole = client.compress(ratio, text, cut.windowing()).allEncoded();
    String changed = SourceTexts.withWord(text, place.share());
    Compressed again = client.compress(ratio, changed, cut.windowing());
    to.put(group, WHOLE, whole.context().getSegmentCount());
    to.put(group, "encoded anew", again.encodedWindows());
    to.put(group, WHOLE + ", time", whole.seconds());
    to.put(group, "changed, time", again.seconds());
  }
}
