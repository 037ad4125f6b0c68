package ai.laconic.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Dependencies point one way: services to service-kit to proto, services to triton to runtime. */
class ArchitectureTest {
  private static final String[] SERVICES = {
    "ai.laconic.encoder..", "ai.laconic.cache..", "ai.laconic.decoder..", "ai.laconic.gateway.."
  };

  private static JavaClasses house;

  @BeforeAll
  static void read() {
    house =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            // The rules are for what is shipped; tests of other modules come here as jars.
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("ai.laconic");
  }

  @Test
  void everyRoomIsThere() {
    for (String room : SERVICES) {
      assertThat(house.that(JavaClass.Predicates.resideInAPackage(room))).as(room).isNotEmpty();
    }
  }

  @Test
  void noServiceKnowsAnother() {
    for (String service : SERVICES) {
      for (String other : SERVICES) {
        if (!service.equals(other)) {
          noClasses()
              .that()
              .resideInAPackage(service)
              .should()
              .dependOnClassesThat()
              .resideInAPackage(other)
              .check(house);
        }
      }
    }
  }

  @Test
  void theRuntimeKnowsNeitherSpringNorGrpcNorServices() {
    noClasses()
        .that()
        .resideInAPackage("ai.laconic.runtime..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework..",
            "io.grpc..",
            "ai.laconic.v1..",
            "ai.laconic.servicekit..",
            "ai.laconic.cli..")
        .check(house);
  }

  @Test
  void theTextKnowsNothingElse() {
    classes()
        .that()
        .resideInAPackage("ai.laconic.text..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("ai.laconic.text..", "java..", "org.jspecify..")
        .check(house);
  }

  @Test
  void theServiceKitKnowsNoServiceAndNoRuntime() {
    noClasses()
        .that()
        .resideInAPackage("ai.laconic.servicekit..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "ai.laconic.encoder..",
            "ai.laconic.cache..",
            "ai.laconic.decoder..",
            "ai.laconic.gateway..",
            "ai.laconic.cli..",
            "ai.laconic.runtime..")
        .check(house);
  }

  @Test
  void theModelsInTritonKnowNoServiceAndNoSpring() {
    noClasses()
        .that()
        .resideInAPackage("ai.laconic.triton..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework..",
            "ai.laconic.v1..",
            "ai.laconic.servicekit..",
            "ai.laconic.encoder..",
            "ai.laconic.decoder..",
            "ai.laconic.cli..")
        .check(house);
  }

  @Test
  void benchmarksKnowTheRuntimeAndTheContractsAlone() {
    noClasses()
        .that()
        .resideInAPackage("ai.laconic.benchmarks..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework..",
            "ai.laconic.servicekit..",
            "ai.laconic.encoder..",
            "ai.laconic.cache..",
            "ai.laconic.decoder..",
            "ai.laconic.gateway..",
            "ai.laconic.cli..")
        .check(house);
  }

  @Test
  void onlyTheClientOfModelsInTritonKnowsGrpc() {
    noClasses()
        .that()
        .resideInAPackage("ai.laconic.triton..")
        .and()
        .resideOutsideOfPackage("ai.laconic.triton.client..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.grpc..")
        .check(house);
  }

  @Test
  void theGatewayHoldsNoModel() {
    noClasses()
        .that()
        .resideInAPackage("ai.laconic.gateway..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ai.laconic.runtime..", "ai.onnxruntime..")
        .check(house);
  }

  @Test
  void onlyTheCacheTalksToRedisAndOnlyTheRuntimeToOnnx() {
    noClasses()
        .that()
        // What the cache is measured against is the bare client.
        .resideOutsideOfPackages("ai.laconic.cache..", "ai.laconic.benchmarks.bare..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.lettuce..")
        .check(house);
    noClasses()
        .that()
        .resideOutsideOfPackage("ai.laconic.runtime..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.onnxruntime..")
        .check(house);
  }

  @Test
  void noRoomsLieInACircle() {
    for (String house :
        new String[] {
          "runtime", "servicekit", "triton", "encoder", "cache", "decoder", "gateway", "benchmarks"
        }) {
      slices()
          .matching("ai.laconic." + house + ".(*)..")
          .should()
          .beFreeOfCycles()
          .check(ArchitectureTest.house);
    }
  }

  @Test
  void everyPackageIsNullMarked() {
    classes()
        .that()
        .resideInAPackage("ai.laconic..")
        .and()
        .resideOutsideOfPackages(
            "ai.laconic.v1..", "ai.laconic.inference..", "ai.laconic.runtime.onnx..")
        .and()
        .haveSimpleName("package-info")
        .should()
        .beAnnotatedWith(NullMarked.class)
        .check(house);
  }
}
