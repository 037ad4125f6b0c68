package ai.laconic.it.load;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.ObjectName;

/** What this JVM holds, after everything that nobody refers to has been collected. */
final class LiveObjects {
  private LiveObjects() {}

  /** Returns how many objects there are of each of these classes, by their full names. */
  static Map<String, Long> count(List<String> classes) {
    Map<String, Long> counts = new TreeMap<>();
    classes.forEach(name -> counts.put(name, 0L));
    // Number, instances, bytes, class, and its module if it has one.
    for (String line : histogram().split("\n", -1)) {
      String[] columns = line.strip().split("\\s+", -1);
      if (columns.length >= 4) {
        counts.computeIfPresent(columns[3], (name, none) -> Long.parseLong(columns[1]));
      }
    }
    return counts;
  }

  private static String histogram() {
    try {
      return (String)
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcClassHistogram",
                  new Object[] {new String[0]},
                  new String[] {String[].class.getName()});
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
  }
}
