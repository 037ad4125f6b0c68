package ai.laconic.cli.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URL;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Names of all settings that some tier reads. A service takes no notice of what it doesn't know:
 * the settings of others stand beside its own. So a name that nobody knows is refused here.
 */
final class KnownSettings {
  /**
   * Names, those of list elements with {@code []}, those with keys of their own with {@code .*}.
   */
  private final TreeSet<String> names = new TreeSet<>();

  private KnownSettings() {
    addOurs();
    addSprings();
  }

  /** Throws an {@link IllegalArgumentException} that names the first of {@code keys} not known. */
  static void check(Collection<String> keys) {
    if (keys.isEmpty()) {
      return;
    }
    KnownSettings known = new KnownSettings();
    for (String key : new TreeSet<>(keys)) {
      if (!known.contains(key)) {
        throw new IllegalArgumentException(
            "--set: "
                + key
                + " (expected: a setting of a tier"
                + known.nearest(key).map(name -> "; similar: " + name).orElse("")
                + ")");
      }
    }
  }

  private void addOurs() {
    var scanner = new ClassPathScanningCandidateComponentProvider(false);
    scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
    for (BeanDefinition found : scanner.findCandidateComponents("ai.laconic")) {
      Class<?> type =
          ClassUtils.resolveClassName(
              String.valueOf(found.getBeanClassName()), getClass().getClassLoader());
      ConfigurationProperties properties =
          AnnotationUtils.getAnnotation(type, ConfigurationProperties.class);
      if (properties != null) {
        add(properties.prefix(), type);
      }
    }
  }

  private void add(String name, Type type) {
    if (type instanceof Class<?> plain && plain.isRecord()) {
      for (RecordComponent component : plain.getRecordComponents()) {
        String dashed = DataObjectPropertyName.toDashedForm(component.getName());
        add(name + "." + dashed, component.getGenericType());
      }
    } else if (type instanceof ParameterizedType generic
        && Collection.class.isAssignableFrom((Class<?>) generic.getRawType())) {
      names.add(name);
      add(name + "[]", generic.getActualTypeArguments()[0]);
    } else if (type instanceof ParameterizedType generic
        && Map.class.isAssignableFrom((Class<?>) generic.getRawType())) {
      names.add(name + ".*");
    } else {
      names.add(name);
    }
  }

  /** Spring's modules describe theirs. */
  private void addSprings() {
    try {
      for (URL file :
          Collections.list(
              getClass()
                  .getClassLoader()
                  .getResources("META-INF/spring-configuration-metadata.json"))) {
        try (InputStream json = file.openStream()) {
          for (JsonNode property : JsonMapper.shared().readTree(json).path("properties")) {
            String name = property.path("name").asString();
            String type = property.path("type").asString("");
            names.add(name);
            if (type.startsWith("java.util.Map")) {
              names.add(name + ".*");
            } else if (type.startsWith("java.util.")) {
              names.add(name + "[]");
            }
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean contains(String key) {
    String uniform = uniform(key);
    return names.stream()
        .map(KnownSettings::uniform)
        .anyMatch(
            name ->
                name.endsWith(".*")
                    ? uniform.startsWith(name.substring(0, name.length() - 1))
                    : name.equals(uniform));
  }

  /** Spring takes {@code poolRefresh} and {@code POOL_REFRESH} for {@code pool-refresh}. */
  private static String uniform(String name) {
    return name.replaceAll("\\[\\d+]", "[]").replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
  }

  private Optional<String> nearest(String key) {
    String uniform = uniform(key);
    int far = Math.max(2, key.length() / 4);
    return names.stream()
        .min(Comparator.comparingInt(name -> distance(uniform, uniform(name))))
        .filter(name -> distance(uniform, uniform(name)) <= far);
  }

  /** Returns how many characters have to be put in, left out or changed. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
