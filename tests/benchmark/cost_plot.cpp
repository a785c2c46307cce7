// SPDX-License-Identifier: BSL-1.0
#include "cost_plot.hpp"

#include <array>
#include <cmath>
#include <fstream>

namespace bench {
namespace {

constexpr double width = 640, height = 480, margin = 60;
constexpr double decades_x = 4, first_x = 1;  // 10 … 100,000 await points
constexpr double decades_y = 8, first_y = 2;  // 100 ns … 10 s

double x_of(double points) {
  return margin + (std::log10(points) - first_x) / decades_x * (width - 2 * margin);
}
double y_of(double nanoseconds) {
  return height - margin - (std::log10(nanoseconds) - first_y) / decades_y * (height - 2 * margin);
}

void write_text(std::ostream& out, double x, double y, const std::string& what) {
  out << "<text x='" << x << "' y='" << y << "'>" << what << "</text>\n";
}

void write_axes(std::ostream& out) {
  constexpr std::array names{"100 ns", "1 us",   "10 us", "100 us", "1 ms",
                             "10 ms",  "100 ms", "1 s",   "10 s"};
  for (double d = 0; d <= decades_y; ++d) {
    const double y = y_of(std::pow(10, first_y + d));
    out << "<path d='M" << margin << ' ' << y << "H" << width - margin << "' stroke='#ddd'/>\n";
    write_text(out, 4, y + 4, names[static_cast<std::size_t>(d)]);
  }
  for (double d = 0; d <= decades_x; ++d) {
    const double points = std::pow(10, first_x + d);
    write_text(out, x_of(points) - 10, height - margin + 20,
               std::to_string(static_cast<int>(points)));
  }
  write_text(out, width / 2 - 60, height - 14, "await points of the sweep");
}

void write_curve(std::ostream& out, const cost_by_size& costs, const std::string& name,
                 const std::string& colour) {
  out << "<polyline fill='none' stroke='" << colour << "' stroke-width='2' points='";
  for (const auto& [points, cost] : costs) out << x_of(points) << ',' << y_of(cost) << ' ';
  out << "'/>\n<g fill='" << colour << "'>";
  if (!costs.empty())
    write_text(out, x_of(costs.rbegin()->first) + 6, y_of(costs.rbegin()->second) + 4, name);
  out << "</g>\n";
}

}  // namespace

bool write_cost_plot(const std::string& file, const std::map<std::string, cost_by_size>& curves) {
  constexpr std::array colours{"#c33", "#36c", "#393"};
  std::ofstream out(file);
  out << "<svg xmlns='http://www.w3.org/2000/svg' width='" << width << "' height='" << height
      << "' font-family='sans-serif' font-size='12'>\n<rect width='100%' height='100%' "
         "fill='#fff'/>\n";
  write_axes(out);
  std::size_t i = 0;
  for (const auto& [name, costs] : curves) write_curve(out, costs, name, colours[i++ % 3]);
  out << "</svg>\n";
  return out.flush().good();
}

}  // namespace bench
